#include "gateways/testing/scripted_transport.h"

#include <gtest/gtest.h>

namespace contactor::gateways::testing {
namespace {

constexpr const char* kPage = "<!doctype html><html><body>Sign in to the hotel's network</body></html>";

struct WayToBreak {
  const char* name;
  Result<ports::HttpResponse> answer;
  bool may_be_applied;
};

std::vector<WayToBreak> ways_to_break() {
  return {{"refused connection", fail(refused_connection()), false},
          {"lost answer", fail(lost_answer()), true},
          {"cut JSON", answer(200, R"({"id":"x","stat)"), true},
          {"HTML with 200", answer(200, kPage), true},
          {"HTML with 500", answer(500, kPage), true},
          {"HTML with 404", answer(404, kPage), true},
          {"empty 200", answer(200), true},
          {"array instead of object", answer(200, "[]"), true},
          {"redirect", answer(302, "", {{"Location", "http://127.0.0.1/"}}), true}};
}

}  // namespace

ports::HttpResponse answer(int status, std::string body, std::vector<ports::HttpHeader> headers) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

Error lost_answer() {
  return {.kind = ErrorKind::timed_out,
          .applied = Applied::maybe,
          .retry_after = {},
          .origin = "http",
          .detail = "no answer in time"};
}

Error refused_connection() {
  return {.kind = ErrorKind::unavailable,
          .applied = Applied::no,
          .retry_after = {},
          .origin = "http",
          .detail = "connection refused"};
}

ScriptedTransport& ScriptedTransport::expect(std::string method, std::string url_part,
                                             Result<ports::HttpResponse> answer) {
  script_.push_back(
      {.method = std::move(method), .url_part = std::move(url_part), .answer = std::move(answer)});
  return *this;
}

void ScriptedTransport::send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) {
  const bool is_next = !script_.empty() && request.method == script_.front().method &&
                       request.url.find(script_.front().url_part) != std::string::npos;
  if (!is_next && !fallback_)
    ADD_FAILURE() << "not in the script: " << request.method << ' ' << request.url << ", expected "
                  << (script_.empty() ? "nothing" : script_.front().method + ' ' + script_.front().url_part);
  EXPECT_FALSE(request.respond_by.is_never()) << "a call without a deadline: " << request.url;
  auto answer = is_next ? script_.front().answer : fallback_.value_or(fail(refused_connection()));
  if (is_next) script_.pop_front();
  sent_.push_back(std::move(request));
  in_flight_.push_back({.answer = std::move(answer), .done = std::move(done)});
}

void ScriptedTransport::run() {
  for (int exchanges = 0; !in_flight_.empty(); ++exchanges) {
    ASSERT_LT(exchanges, 1000) << "the gateway never ends";
    Pending next = std::move(in_flight_.front());
    in_flight_.pop_front();
    next.done(std::move(next.answer));
  }
}

const ports::HttpRequest& ScriptedTransport::last() const {
  CTR_ASSERT(!sent_.empty());
  return sent_.back();
}

void ManualTimekeeper::call_at(Instant at, std::move_only_function<void()> action) {
  waiting_.emplace(at, std::move(action));
}

void ManualTimekeeper::advance(Millis by) {
  const Instant until = now_ + by;
  while (!waiting_.empty() && waiting_.begin()->first <= until) {
    auto node = waiting_.extract(waiting_.begin());
    now_ = std::max(now_, node.key());
    node.mapped()();
  }
  now_ = until;
}

void fails_at_each_step(const std::vector<Step>& script,
                        const std::function<void(ScriptedTransport&, const Breakage&)>& operation) {
  for (std::size_t step = 0; step < script.size(); ++step)
    for (auto& way : ways_to_break()) {
      SCOPED_TRACE(::testing::Message() << way.name << " at step " << step);
      auto broken = script;
      broken[step].answer = way.answer;
      ScriptedTransport transport(std::move(broken));
      transport.answer_all_else(fail(refused_connection()));
      operation(transport, {.name = way.name, .step = step, .may_be_applied = way.may_be_applied});
    }
}

}  // namespace contactor::gateways::testing
