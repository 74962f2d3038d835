#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateways/testing/scripted_transport.h"
#include "world/world.h"

namespace contactor::gateways::testing {

/// How one exchange goes wrong on its way.
struct WayToFail {
  std::string name;
  bool arrives = false;                       ///< the world acts on the request
  std::optional<ports::HttpResponse> answer;  ///< what comes back instead; nothing: see `lost`
  std::optional<Error> lost;                  ///< how the transport says that nothing came back
  bool cut = false;                           ///< the true answer, its second half missing
};
/// Every way: refused and lost, pages of HTML, empty and senseless answers, redirects; each with and without
/// the request having been acted on.
[[nodiscard]] std::vector<WayToFail> ways_to_fail();

/// The simulated world as a transport, on time that passes when told to.
class WorldTransport : public ports::HttpTransport {
 public:
  WorldTransport(world::World& world, ManualTimekeeper& time) : world_(world), time_(time) {}

  void send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) override;
  /// Lets time pass, from one timer to the next, until it is so. @return false: it was not within the limit.
  [[nodiscard]] bool run_until(const std::function<bool()>& is_so, Millis limit);

  /// The request after so many others fails in this way.
  void break_request(std::size_t after, WayToFail way);
  /// In every answer this text is replaced, so that it no longer names what it named.
  void replace_in_answers(std::string text, std::string by) { replaced_ = {std::move(text), std::move(by)}; }
  [[nodiscard]] const std::vector<ports::HttpRequest>& sent() const { return sent_; }
  /// The longest time that any request was given to be answered in.
  [[nodiscard]] Millis longest_wait() const { return longest_wait_; }
  /// Requests whose URL contains this.
  [[nodiscard]] std::size_t sent_to(std::string_view url_part) const;

 private:
  struct Exchange;
  void answer_at(Instant at, ports::Done<Result<ports::HttpResponse>> done,
                 Result<ports::HttpResponse> answer);
  [[nodiscard]] std::optional<WayToFail> way_of_next();

  world::World& world_;
  ManualTimekeeper& time_;
  std::vector<ports::HttpRequest> sent_;
  std::optional<WayToFail> way_;
  std::size_t until_broken_ = 0;
  Millis longest_wait_{0};
  std::pair<std::string, std::string> replaced_;
};

}  // namespace contactor::gateways::testing
