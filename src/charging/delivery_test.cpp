#include "charging/delivery.h"

#include <gtest/gtest.h>

namespace contactor::charging {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Instant kNow = Instant::from_millis(1'795'000'000'000);
const DeliveryPolicy kPolicy{.jitter_percent = 0};

ChargingEvent an_event() {
  ChargingEvent event;
  event.id = IdOf<ChargingEvent>("evt_1");
  event.provider = "samsara";
  return event;
}

Subscription a_subscription() {
  Subscription to;
  to.client.id = IdOf<Client>("cli_1");
  to.service.id = IdOf<Service>("srv_1");
  to.service.url = "https://hooks.example.com:8443/in?key=1";
  to.link.id = IdOf<ClientService>("sub_1");
  return to;
}

std::optional<EventLog> delivery(const ChargingEvent& event, const Subscription& to,
                                 std::optional<std::string_view> other = std::nullopt) {
  return delivery_of(event, to.client, to.service, to.link, kNow, other);
}

EventLog a_log(std::int64_t attempts = 1) {
  EventLog log = delivery(an_event(), a_subscription()).value();
  log.status = DeliveryStatus::delivering;
  log.attempts = attempts;
  return log;
}

/// An attempt that began `after` the start and took a second.
Attempt attempt(int status, Millis after = Millis(0), std::optional<Millis> retry_after = std::nullopt) {
  return {.began_at = kNow + after,
          .ended_at = kNow + after + Millis(1000),
          .verdict = status == 0 ? Verdict::unanswered : verdict_of(status),
          .status_code = status == 0 ? std::nullopt : std::optional<std::int64_t>(status),
          .retry_after = retry_after,
          .words = "it answered so"};
}

DeliveryStep step(const Attempt& of, EventLog log = a_log(), const EndpointHealth& health = {}) {
  return after_attempt(kPolicy, std::move(log), health, of, 7);
}

TEST(DeliveryOf, EachVersionIsOneDeliveryUnderItsOwnId) {
  auto event = an_event();
  const auto first = delivery(event, a_subscription());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->status, DeliveryStatus::pending);
  EXPECT_EQ(first->next_attempt_at, kNow);
  EXPECT_EQ(first->event_type, "charging.event.created");
  EXPECT_EQ(first->id, delivery(event, a_subscription())->id) << "a repeat is the same row";
  event.version = 2;
  const auto second = delivery(event, a_subscription());
  EXPECT_EQ(second->event_type, "charging.event.updated");
  EXPECT_NE(second->id, first->id);
  auto other = a_subscription();
  other.link.id = IdOf<ClientService>("sub_2");
  EXPECT_NE(delivery(event, other)->id, second->id);
}

TEST(DeliveryOf, OnlyWantedTypesOfSoundEvents) {
  auto to = a_subscription();
  to.link.event_types = "ota.activation.updated charging.event.updated";
  EXPECT_FALSE(delivery(an_event(), to));
  to.link.event_types = "charging.event.created";
  EXPECT_TRUE(delivery(an_event(), to));
  to.link.event_types = "charging.event.created2 charging.event";
  EXPECT_FALSE(delivery(an_event(), to));
  auto event = an_event();
  event.quarantined = true;
  EXPECT_FALSE(delivery(event, a_subscription()));
}

TEST(DeliveryOf, WhatRestsIsKeptForLater) {
  for (const int off : {0, 1, 2}) {
    auto to = a_subscription();
    (off == 0 ? to.client.active : off == 1 ? to.service.active : to.link.active) = false;
    const auto log = delivery(an_event(), to);
    ASSERT_TRUE(log);
    EXPECT_EQ(log->status, DeliveryStatus::paused);
    EXPECT_FALSE(log->next_attempt_at);
  }
}

TEST(DeliveryOf, AClientIsSentThePreferredTellingOnly) {
  auto event = an_event();
  event.same_as = IdOf<ChargingEvent>("evt_2");
  auto to = a_subscription();
  EXPECT_EQ(delivery(event, to, "geotab")->status, DeliveryStatus::pending) << "no preference: both";
  to.client.preferred_provider = "geotab";
  EXPECT_EQ(delivery(event, to, "geotab")->status, DeliveryStatus::skipped);
  EXPECT_EQ(delivery(event, to, "enode")->status, DeliveryStatus::pending) << "neither is preferred";
  to.client.preferred_provider = "samsara";
  EXPECT_EQ(delivery(event, to, "geotab")->status, DeliveryStatus::pending);
}

TEST(AddressOf, ItsOwnThenTheTypesThenTheServices) {
  auto to = a_subscription();
  EXPECT_EQ(address_of(to, std::nullopt), "https://hooks.example.com:8443/in?key=1");
  EXPECT_EQ(address_of(to, "/updated"), "https://hooks.example.com:8443/updated");
  EXPECT_EQ(address_of(to, "https://other.example.com/x"), "https://other.example.com/x");
  to.link.endpoint = "/mine?a=b";
  EXPECT_EQ(address_of(to, "/updated"), "https://hooks.example.com:8443/mine?a=b");
  to.link.endpoint = "https://mine.example.com";
  EXPECT_EQ(address_of(to, std::nullopt), "https://mine.example.com");
}

TEST(Verdict, OfEveryStatus) {
  const std::vector<std::pair<int, Verdict>> table{
      {200, Verdict::delivered},  {204, Verdict::delivered},  {299, Verdict::delivered},
      {300, Verdict::redirected}, {301, Verdict::redirected}, {308, Verdict::redirected},
      {400, Verdict::refused},    {401, Verdict::refused},    {404, Verdict::refused},
      {408, Verdict::refused},    {410, Verdict::gone},       {422, Verdict::refused},
      {429, Verdict::slow_down},  {499, Verdict::refused},    {500, Verdict::failed},
      {501, Verdict::failed},     {502, Verdict::slow_down},  {503, Verdict::slow_down},
      {504, Verdict::slow_down},  {599, Verdict::failed},     {199, Verdict::failed},
      {0, Verdict::failed},       {999, Verdict::failed}};
  for (const auto& [status, verdict] : table) EXPECT_EQ(verdict_of(status), verdict) << status;
}

TEST(Verdict, OfWhatBroughtNoAnswer) {
  const auto of = [](ErrorKind kind, Applied applied) {
    return verdict_of(Error{.kind = kind, .applied = applied, .retry_after = {}, .origin = {}, .detail = {}});
  };
  EXPECT_EQ(of(ErrorKind::unauthorized, Applied::no), Verdict::forbidden);
  EXPECT_EQ(of(ErrorKind::invalid, Applied::no), Verdict::forbidden);
  EXPECT_EQ(of(ErrorKind::unavailable, Applied::no), Verdict::unreachable);
  EXPECT_EQ(of(ErrorKind::timed_out, Applied::maybe), Verdict::unanswered);
  EXPECT_EQ(of(ErrorKind::protocol, Applied::maybe), Verdict::unanswered);
}

TEST(Schedule, LastsThreeDaysAndThreeHours) {
  Millis waited(0);
  for (std::int64_t nth = 1; nth <= 9; ++nth) {
    const auto log = step(attempt(500), a_log(nth)).log;
    ASSERT_EQ(log.status, DeliveryStatus::retrying);
    waited += *log.next_attempt_at - (kNow + Millis(1000));
  }
  EXPECT_EQ(waited, hours(75) + minutes(35) + seconds(5));
}

TEST(Schedule, JitterOnlyAddsAndIsBounded) {
  const DeliveryPolicy jittering;
  std::int64_t least = INT64_MAX;
  std::int64_t most = 0;
  for (std::uint64_t dice = 0; dice < 500; ++dice) {
    const auto log = after_attempt(jittering, a_log(3), {}, attempt(500), dice).log;
    const auto wait = (*log.next_attempt_at - (kNow + Millis(1000))).count();
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  const auto half_hour = Millis(minutes(30)).count();
  EXPECT_GE(least, half_hour);
  EXPECT_LE(most, half_hour * 12 / 10);
  EXPECT_GT(most - least, half_hour / 10) << "it scatters";
}

TEST(Schedule, RetryAfterIsObeyedWithinBounds) {
  const Instant ended = kNow + Millis(1000);
  EXPECT_EQ(step(attempt(429, {}, Millis(minutes(10)))).log.next_attempt_at, ended + minutes(10));
  EXPECT_EQ(step(attempt(503, {}, Millis(0))).log.next_attempt_at, ended + seconds(5))
      << "never sooner than the schedule";
  EXPECT_EQ(step(attempt(429, {}, Millis(hours(24 * 7)))).log.next_attempt_at, ended + hours(24));
  EXPECT_EQ(step(attempt(429)).log.next_attempt_at, ended + minutes(1)) << "without a time: a minute";
  EXPECT_EQ(step(attempt(500, {}, Millis(minutes(10)))).log.next_attempt_at, ended + seconds(5));
  EXPECT_EQ(step(attempt(429, {}, Millis(minutes(10)))).health.rests_until, ended + minutes(10))
      << "it is the endpoint that asks";
}

TEST(Schedule, A2xxEndsItAndKeepsNoError) {
  auto log = a_log(4);
  log.last_error = "before";
  const auto after = step(attempt(204), log).log;
  EXPECT_EQ(after.status, DeliveryStatus::delivered);
  EXPECT_EQ(after.delivered_at, kNow + Millis(1000));
  EXPECT_EQ(after.last_status_code, 204);
  EXPECT_FALSE(after.last_error);
  EXPECT_FALSE(after.next_attempt_at);
}

TEST(Schedule, OnlyWhatItsEndpointLeavesBehindDies) {
  EndpointHealth away;
  EXPECT_EQ(step(attempt(500, hours(80)), a_log(10), away).log.status, DeliveryStatus::retrying)
      << "nothing else was taken either: the endpoint is away, and not this event wrong";
  EndpointHealth works;
  works.last_success_at = kNow + hours(1);
  EXPECT_EQ(step(attempt(500, hours(80)), a_log(10), works).log.status, DeliveryStatus::dead);
  EXPECT_EQ(step(attempt(500, hours(80)), a_log(9), works).log.status, DeliveryStatus::retrying);
  EXPECT_EQ(step(attempt(500, hours(1)), a_log(10), works).log.status, DeliveryStatus::retrying)
      << "within three days nothing dies";
}

TEST(EndpointHealth, RestsLongerWithEachRoundThatFails) {
  EndpointHealth health;
  std::vector<Millis> rests;
  Millis at(0);
  for (int round = 0; round < 12; ++round) {
    health = step(attempt(500, at), a_log(), health).health;
    const Instant ended = kNow + at + Millis(1000);
    rests.push_back(std::max(Millis(0), health.rests_until - ended));
    at += std::max(Millis(2000), rests.back() + Millis(1000));
  }
  EXPECT_EQ(rests, (std::vector<Millis>{Millis(0), Millis(0), seconds(30), minutes(1), minutes(2), minutes(4),
                                        minutes(8), minutes(16), minutes(32), hours(1), hours(1), hours(1)}));
  EXPECT_EQ(health.standing(kPolicy), EndpointHealth::Standing::troubled);
}

TEST(EndpointHealth, AVolleyThatFailsIsOneRound) {
  EndpointHealth health;
  for (int i = 0; i < 16; ++i) health = step(attempt(500), a_log(), health).health;
  EXPECT_EQ(health.failures, 1);
}

TEST(EndpointHealth, OneSuccessMakesItWorkAgain) {
  EndpointHealth health;
  for (const int second : {0, 2, 4}) health = step(attempt(500, seconds(second)), a_log(), health).health;
  const auto after = step(attempt(200, minutes(5)), a_log(), health);
  EXPECT_TRUE(after.recovered);
  EXPECT_EQ(after.health.standing(kPolicy), EndpointHealth::Standing::working);
  EXPECT_TRUE(after.health.may_be_asked(kNow));
  EXPECT_FALSE(step(attempt(200, minutes(6)), a_log(), after.health).recovered);
}

TEST(EndpointHealth, FiveDaysWithoutASuccessDisableItOnceAndProbesGoOn) {
  EndpointHealth health;
  Millis at(0);
  int told = 0;
  Instant disabled_at;
  while (at < hours(24 * 8)) {
    const auto after = step(attempt(500, at), a_log(), health);
    if (after.disabled) disabled_at = kNow + at;
    told += after.disabled ? 1 : 0;
    health = after.health;
    EXPECT_EQ(after.log.status, health.disabled_at ? DeliveryStatus::paused : DeliveryStatus::retrying);
    at = std::max(at + seconds(2), health.rests_until - kNow);
  }
  EXPECT_EQ(told, 1);
  EXPECT_GE(disabled_at - kNow, hours(120) - seconds(1));
  EXPECT_LE(disabled_at - kNow, hours(122));
  const auto ended = health.counted_at;
  EXPECT_EQ(health.rests_until - ended, hours(6));
  const auto after = step(attempt(200, at), a_log(), health);
  EXPECT_TRUE(after.recovered);
  EXPECT_FALSE(after.health.disabled_at);
}

TEST(EndpointHealth, GoneIsForGood) {
  const auto after = step(attempt(410));
  EXPECT_TRUE(after.disabled);
  EXPECT_EQ(after.log.status, DeliveryStatus::paused);
  EXPECT_EQ(after.health.standing(kPolicy), EndpointHealth::Standing::gone);
  EXPECT_FALSE(after.health.may_be_asked(Instant::never()));
  EXPECT_NE(why_disabled(after.health).find("410"), std::string::npos);
}

}  // namespace
}  // namespace contactor::charging
