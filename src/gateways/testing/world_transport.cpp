#include "gateways/testing/world_transport.h"

#include <gtest/gtest.h>

namespace contactor::gateways::testing {
namespace {

constexpr const char* kPage = "<!doctype html><html><body>Sign in to the hotel's network</body></html>";
constexpr Millis kTravel = Millis(20);

struct SenselessAnswer {
  const char* name;
  int status;
  const char* body;
};
constexpr SenselessAnswer kSenseless[]{
    {"HTML with 200", 200, kPage},
    {"HTML with 404", 404, kPage},
    {"HTML with 500", 500, kPage},
    {"HTML with 403", 403, kPage},
    {"an empty 200", 200, ""},
    {"an array with 200", 200, "[]"},
    {"an empty object with 200", 200, "{}"},
    {"an error with 200", 200, R"({"error":"internal"})"},
    {"a redirect", 302, ""},
};

Error reset() {
  Error error = lost_answer();
  error.kind = ErrorKind::unavailable;
  error.detail = "the connection was reset";
  return error;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  if (what.empty()) return;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

std::vector<WayToFail> ways_to_fail() {
  std::vector<WayToFail> ways{{.name = "refused connection", .answer = {}, .lost = refused_connection()},
                              {.name = "request lost", .answer = {}, .lost = lost_answer()},
                              {.name = "answer lost", .arrives = true, .answer = {}, .lost = lost_answer()},
                              {.name = "answer cut", .arrives = true, .answer = {}, .lost = {}, .cut = true}};
  for (const bool arrives : {false, true})
    for (const auto& [name, status, body] : kSenseless)
      ways.push_back({.name = fmt::format("{}, {}", name, arrives ? "acted on" : "not acted on"),
                      .arrives = arrives,
                      .answer = answer(status, body, {{"Location", "http://127.0.0.1/"}}),
                      .lost = {}});
  return ways;
}

void WorldTransport::break_request(std::size_t after, WayToFail way) {
  way_ = std::move(way);
  until_broken_ = after;
}

std::optional<WayToFail> WorldTransport::way_of_next() {
  if (!way_) return std::nullopt;
  if (until_broken_ > 0) {
    --until_broken_;
    return std::nullopt;
  }
  return std::exchange(way_, std::nullopt);
}

void WorldTransport::send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) {
  EXPECT_FALSE(request.respond_by.is_never()) << "a call without a deadline: " << request.url;
  ASSERT_LT(sent_.size(), 100'000U) << "the gateway never ends";
  sent_.push_back(request);
  longest_wait_ = std::max(longest_wait_, request.respond_by - time_.now());
  const auto way = way_of_next();
  if (way && !way->arrives) {
    if (way->lost) return answer_at(time_.now() + kTravel, std::move(done), fail(*way->lost));
    return answer_at(time_.now() + kTravel, std::move(done), *way->answer);
  }
  world::Reply reply = world_.handle(request, time_.now());
  replace_all(reply.response.body, replaced_.first, replaced_.second);
  if (way) {
    if (way->lost) return answer_at(reply.at + kTravel, std::move(done), fail(*way->lost));
    if (way->cut) reply.response.body.resize(reply.response.body.size() / 2);
    return answer_at(reply.at + kTravel, std::move(done), way->answer.value_or(reply.response));
  }
  if (reply.fate == world::Fate::hang || reply.at + kTravel > request.respond_by)
    return answer_at(request.respond_by, std::move(done), fail(lost_answer()));
  if (reply.fate != world::Fate::delivered)
    return answer_at(reply.at + kTravel, std::move(done), fail(reset()));
  answer_at(reply.at + kTravel, std::move(done), std::move(reply.response));
}

void WorldTransport::answer_at(Instant at, ports::Done<Result<ports::HttpResponse>> done,
                               Result<ports::HttpResponse> answer) {
  time_.call_at(at,
                [done = std::move(done), answer = std::move(answer)]() mutable { done(std::move(answer)); });
}

bool WorldTransport::run_until(const std::function<bool()>& is_so, Millis limit) {
  const Instant end = time_.now() + limit;
  while (!is_so()) {
    if (time_.next() > end) return false;
    time_.advance(std::max(time_.next() - time_.now(), Millis(0)));
  }
  return true;
}

std::size_t WorldTransport::sent_to(std::string_view url_part) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      sent_, [&](const auto& request) { return request.url.find(url_part) != std::string::npos; }));
}

}  // namespace contactor::gateways::testing
