#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ports/http.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::testing {

/// One exchange a gateway is expected to make, and how it ends.
struct Step {
  std::string method;
  std::string url_part;
  Result<ports::HttpResponse> answer;
};

[[nodiscard]] ports::HttpResponse answer(int status, std::string body = {},
                                         std::vector<ports::HttpHeader> headers = {});
[[nodiscard]] Error lost_answer();
[[nodiscard]] Error refused_connection();

/// A transport that follows a script and records what was sent. Answers wait for `run`, as they would on a
/// real loop.
class ScriptedTransport : public ports::HttpTransport {
 public:
  ScriptedTransport() = default;
  explicit ScriptedTransport(std::vector<Step> script) : script_(script.begin(), script.end()) {}

  ScriptedTransport& expect(std::string method, std::string url_part, Result<ports::HttpResponse> answer);
  void send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) override;
  /// Answers what is in flight, and what that leads to, until nothing is.
  void run();

  [[nodiscard]] const std::vector<ports::HttpRequest>& sent() const { return sent_; }
  [[nodiscard]] const ports::HttpRequest& last() const;
  [[nodiscard]] bool is_done() const { return script_.empty() && in_flight_.empty(); }
  /// From now on a request that is not next in the script gets this answer and is no failure of the test.
  void answer_all_else(Result<ports::HttpResponse> answer) { fallback_ = std::move(answer); }

 private:
  struct Pending {
    Result<ports::HttpResponse> answer;
    ports::Done<Result<ports::HttpResponse>> done;
  };

  std::deque<Step> script_;
  std::deque<Pending> in_flight_;
  std::vector<ports::HttpRequest> sent_;
  std::optional<Result<ports::HttpResponse>> fallback_;
};

/// Time that passes only when told to.
class ManualTimekeeper : public ports::Timekeeper {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  void call_at(Instant at, std::move_only_function<void()> action) override;
  void advance(Millis by);
  /// The next moment for which somebody waits.
  [[nodiscard]] Instant next() const { return waiting_.empty() ? Instant::never() : waiting_.begin()->first; }

 private:
  Instant now_ = Instant::from_millis(1'800'000'000'000);
  std::multimap<Instant, std::move_only_function<void()>> waiting_;
};

/// How one step went wrong.
struct Breakage {
  std::string name;
  std::size_t step = 0;
  bool may_be_applied = false;  ///< the request had left before it broke
};

/// Runs the operation once for each step of the script and each way a step can break: refused connection,
/// lost answer, broken answer, a page of HTML with 200, with 500 and with 404, an empty 200, a redirect.
void fails_at_each_step(const std::vector<Step>& script,
                        const std::function<void(ScriptedTransport&, const Breakage&)>& operation);

}  // namespace contactor::gateways::testing
