#include "store/charging/conformance.h"

namespace contactor::store::testing {
namespace {

using charging::DeliveryStatus;
using Ids = std::vector<std::string>;

Ids events_in(const std::vector<ports::Delivery>& deliveries) {
  Ids ids;
  for (const auto& delivery : deliveries) ids.push_back(delivery.event.id.str());
  return ids;
}

TEST_P(ChargingConformance, EachVersionIsLoggedOnceForEachSubscription) {
  for (const int number : {1, 2}) subscribe(a_subscription(number));
  auto event = an_event(1);
  stored(event);
  stored(event);  // again
  event.event.energy = charging::WattHours(1);
  stored(event, kNow + Millis(5));
  for (const int number : {1, 2}) {
    const auto rows = logs(number);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].charging_event_version, 2);
    EXPECT_EQ(rows[0].event_type, "charging.event.updated");
    EXPECT_EQ(rows[1].charging_event_version, 1);
    EXPECT_EQ(rows[1].event_type, "charging.event.created");
    EXPECT_EQ(rows[1].status, DeliveryStatus::pending);
    EXPECT_EQ(rows[1].next_attempt_at, kNow);
    EXPECT_EQ(rows[1].created_at, kNow);
  }
}

TEST_P(ChargingConformance, WhatIsQuarantinedOrNotWantedIsNotLogged) {
  auto picky = a_subscription(1), resting = a_subscription(2);
  picky.link.event_types = "charging.event.updated";
  resting.service.active = false;
  subscribe(picky);
  subscribe(resting);
  auto event = an_event(1), bad = an_event(2);
  bad.event.quarantined = true;
  write({.at = kNow, .events = {event, bad}});
  EXPECT_TRUE(logs(1).empty());
  ASSERT_EQ(logs(2).size(), 1U);
  EXPECT_EQ(logs(2)[0].status, DeliveryStatus::paused);
}

TEST_P(ChargingConformance, TheOtherTellingOfASessionIsSkippedForWhoPrefersTheFirst) {
  auto subscription = a_subscription(1);
  subscription.client.preferred_provider = "north";
  subscribe(subscription);
  auto north = an_event(1), south = an_event(2), alone = an_event(3);
  south.event.provider = alone.event.provider = "south";
  south.event.same_as = north.event.id;
  alone.event.same_as = charging::IdOf<charging::ChargingEvent>("evt-900");
  write({.at = kNow, .events = {north, south, alone}});
  EXPECT_EQ(events_in(claim(1, kNow)), (Ids{"evt-001", "evt-003"}));
}

TEST_P(ChargingConformance, AClaimTakesWhatIsDueWithTheVersionThatItNames) {
  subscribe(a_subscription(1));
  auto event = an_event(1);
  stored(event);
  event.event.energy = charging::WattHours(1);
  stored(event, kNow + Millis(5));
  EXPECT_TRUE(claim(1, kNow - Millis(1)).empty());
  EXPECT_TRUE(claim(2, kNow + Millis(9)).empty());
  const auto taken = claim(1, kNow + Millis(9));
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[0].event.energy, charging::WattHours(12'345));
  EXPECT_EQ(taken[0].event.version, 1);
  EXPECT_EQ(taken[1].event.energy, charging::WattHours(1));
  EXPECT_EQ(taken[0].log.status, DeliveryStatus::delivering);
  EXPECT_EQ(taken[0].log.attempts, 1);
  EXPECT_EQ(taken[0].log.last_attempt_at, kNow + Millis(9));
  EXPECT_TRUE(claim(1, kNow + Millis(9)).empty());
}

TEST_P(ChargingConformance, AClaimWhoseOwnerDiedIsDueAgain) {
  subscribe(a_subscription(1));
  stored(an_event(1));
  const auto first = claim(1, kNow);
  backend_->restart();
  EXPECT_TRUE(claim(1, kNow + std::chrono::seconds(59)).empty());
  const auto second = claim(1, kNow + std::chrono::minutes(1));
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].log.id, first.at(0).log.id);
  EXPECT_EQ(second[0].log.attempts, 2);
}

TEST_P(ChargingConformance, OnlyTheOwnerOfTheLastClaimConcludes) {
  subscribe(a_subscription(1));
  stored(an_event(1));
  const auto first = claim(1, kNow).at(0);
  const auto second = claim(1, kNow + std::chrono::minutes(2)).at(0);
  EXPECT_EQ(conclude(first, DeliveryStatus::retrying, kNow).stale, 1U);
  EXPECT_EQ(conclude(second, DeliveryStatus::retrying, kNow + std::chrono::hours(1)).applied, 1U);
  const auto row = logs(1).at(0);
  EXPECT_EQ(row.status, DeliveryStatus::retrying);
  EXPECT_EQ(row.next_attempt_at, kNow + std::chrono::hours(1));
  EXPECT_EQ(row.last_status_code, 503);
  EXPECT_TRUE(claim(1, kNow + std::chrono::minutes(59)).empty());
  EXPECT_EQ(claim(1, kNow + std::chrono::hours(1)).size(), 1U);
}

TEST_P(ChargingConformance, ASuccessIsBelievedWheneverItComesAndNeverTakenBack) {
  subscribe(a_subscription(1));
  stored(an_event(1));
  const auto first = claim(1, kNow).at(0);
  const auto second = claim(1, kNow + std::chrono::minutes(2)).at(0);
  EXPECT_EQ(conclude(first, DeliveryStatus::delivered).applied, 1U);
  EXPECT_EQ(conclude(second, DeliveryStatus::retrying, kNow).stale, 1U);
  EXPECT_EQ(conclude(second, DeliveryStatus::delivered).stale, 1U);
  EXPECT_EQ(logs(1).at(0).status, DeliveryStatus::delivered);
  EXPECT_EQ(logs(1).at(0).delivered_at, kNow);
  EXPECT_TRUE(claim(1, kNow + std::chrono::hours(9)).empty());
}

TEST_P(ChargingConformance, AttemptsAreKeptTheNewestFirstAndNotForEver) {
  subscribe(a_subscription(1));
  stored(an_event(1));
  const auto id = logs(1).at(0).id;
  const auto all = [&](std::size_t limit) {
    return good<std::vector<ports::DeliveryAttempt>>(
        [&](auto done) { charging().attempts(id, limit, std::move(done)); });
  };
  for (int i = 0; i < 53; ++i)
    conclude(claim(1, kNow + Millis(i)).at(0), DeliveryStatus::retrying, kNow + Millis(i));
  ASSERT_EQ(all(100).size(), 50U);
  EXPECT_EQ(all(100).front().number, 53);
  EXPECT_EQ(all(100).back().number, 4);
  EXPECT_EQ(all(1).front(), (ports::DeliveryAttempt{.event_log_id = id,
                                                    .number = 53,
                                                    .at = kNow + Millis(52),
                                                    .duration = Millis(37),
                                                    .status_code = 503,
                                                    .outcome = "answered",
                                                    .error = {}}));
}

TEST_P(ChargingConformance, OrderedByVehicleMeansOneAtATime) {
  auto subscription = a_subscription(1);
  subscription.link.ordered_by_vehicle = true;
  subscribe(subscription);
  auto other = an_event(3);
  other.event.vin = a_vin(2);
  write({.at = kNow, .events = {an_event(2), an_event(1), other}});
  const auto first = claim(1, kNow);
  EXPECT_EQ(events_in(first), (Ids{"evt-002", "evt-003"}));
  EXPECT_TRUE(claim(1, kNow).empty());
  conclude(first.at(0), DeliveryStatus::retrying, kNow + std::chrono::hours(1));
  EXPECT_TRUE(claim(1, kNow + std::chrono::seconds(9)).empty());
  const auto again = claim(1, kNow + std::chrono::hours(1));
  EXPECT_EQ(events_in(again), (Ids{"evt-003", "evt-002"}));
  conclude(again.at(1), DeliveryStatus::dead);
  EXPECT_EQ(events_in(claim(1, kNow + std::chrono::hours(1))), (Ids{"evt-001"}));
}

TEST_P(ChargingConformance, AClaimTakesNoMoreThanItsLimit) {
  subscribe(a_subscription(1));
  for (const int number : {1, 2, 3}) stored(an_event(number), kNow + Millis(number));
  EXPECT_EQ(events_in(claim(1, kNow + Millis(9), 2)), (Ids{"evt-001", "evt-002"}));
  EXPECT_EQ(events_in(claim(1, kNow + Millis(9), 2)), (Ids{"evt-003"}));
}

TEST_P(ChargingConformance, WhatIsMovedRestsAndGoesOn) {
  subscribe(a_subscription(1));
  for (const int number : {1, 2}) stored(an_event(number), kNow + Millis(number));
  EXPECT_EQ(move(1, {DeliveryStatus::pending, DeliveryStatus::retrying}, DeliveryStatus::paused), 2U);
  EXPECT_TRUE(claim(1, kNow + std::chrono::hours(1)).empty());
  EXPECT_EQ(logs(1).at(0).status, DeliveryStatus::paused);
  EXPECT_FALSE(logs(1).at(0).next_attempt_at);
  EXPECT_EQ(move(1, {DeliveryStatus::paused}, DeliveryStatus::pending, kNow + std::chrono::hours(1)), 2U);
  EXPECT_EQ(move(1, {DeliveryStatus::paused}, DeliveryStatus::pending), 0U);
  EXPECT_EQ(events_in(claim(1, kNow + std::chrono::hours(1))), (Ids{"evt-001", "evt-002"}));
}

TEST_P(ChargingConformance, ReplaySendsAgainWhatWasNotDeliveredOrAll) {
  subscribe(a_subscription(1));
  for (const int number : {1, 2, 3, 4}) stored(an_event(number), kNow + Millis(number));
  const auto taken = claim(1, kNow + Millis(9), 3);
  conclude(taken.at(0), DeliveryStatus::delivered);
  conclude(taken.at(1), DeliveryStatus::dead);
  const auto replay = [&](ports::DeliveryReplay ask) {
    ask.client_service_id = a_subscription(1).link.id;
    ask.at = kNow + std::chrono::hours(1);
    return good<ports::DeliveriesReplayed>(
        [&](auto done) { charging().replay(std::move(ask), std::move(done)); });
  };
  EXPECT_EQ(replay({.until = kNow + Millis(4)}).moved, 1U);  // the third is being delivered
  EXPECT_EQ(logs(1).at(2).status, DeliveryStatus::pending);
  EXPECT_EQ(logs(1).at(2).attempts, 0);
  EXPECT_EQ(logs(1).at(3).status, DeliveryStatus::delivered);
  EXPECT_EQ(replay({.event_log_ids = {taken.at(0).log.id, taken.at(2).log.id}}).moved, 1U);
  EXPECT_FALSE(logs(1).at(3).delivered_at);
  const auto page = replay({.only_missing = false, .limit = 2});
  EXPECT_EQ(page.moved, 2U);
  EXPECT_FALSE(page.next.empty());
  const auto rest = replay({.only_missing = false, .cursor = page.next, .limit = 2});
  EXPECT_EQ(rest.moved, 1U);
  EXPECT_TRUE(rest.next.empty());
  EXPECT_EQ(events_in(claim(1, kNow + std::chrono::hours(1))),
            (Ids{"evt-003", "evt-001", "evt-002", "evt-004"}));
}

TEST_P(ChargingConformance, TargetsSayWhatIsDueAndHowTheEndpointDoes) {
  for (const int number : {1, 2, 3}) subscribe(a_subscription(number));
  const auto targets = [&](const std::string& after, std::size_t limit) {
    return good<std::vector<ports::DeliveryTarget>>([&](auto done) {
      charging().targets(charging::IdOf<charging::ClientService>(after), limit, std::move(done));
    });
  };
  stored(an_event(1));
  conclude(claim(1, kNow).at(0), DeliveryStatus::delivered);
  move(2, {DeliveryStatus::pending}, DeliveryStatus::paused);
  charging::EndpointHealth health{.failures = 3,
                                  .failing_since = kNow,
                                  .counted_at = kNow + Millis(1),
                                  .last_success_at = kNow + Millis(2),
                                  .rests_until = kNow + Millis(3),
                                  .disabled_at = kNow + Millis(4),
                                  .gone = true,
                                  .last_error = "refused"};
  const auto put_health = [&](int number, std::optional<std::string> because) {
    return await<Status>([&](auto done) {
      charging().put_health(a_subscription(number).link.id, health, std::move(because), std::move(done));
    });
  };
  EXPECT_TRUE(put_health(2, "it answers nothing"));
  EXPECT_EQ(put_health(7, {}).error().kind, ErrorKind::not_found);
  backend_->restart();
  auto all = targets("", 10);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_FALSE(all[0].next_due_at);
  EXPECT_EQ(all[0].health, charging::EndpointHealth());
  EXPECT_TRUE(all[1].any_paused);
  EXPECT_EQ(all[1].health, health);
  EXPECT_EQ(all[1].subscription.link.paused_because, "it answers nothing");
  EXPECT_FALSE(all[2].any_paused);
  EXPECT_EQ(all[2].next_due_at, kNow);
  EXPECT_EQ(all[2].subscription.client.id, a_subscription(3).client.id);
  EXPECT_EQ(all[2].subscription.service.url, a_subscription(3).service.url);
  EXPECT_EQ(all[2].subscription.link.signing_secret->reveal(), "sealed");
  ASSERT_EQ(targets("sub-1", 1).size(), 1U);
  EXPECT_EQ(targets("sub-1", 1)[0].subscription.link.id.str(), "sub-2");
  health = {};
  EXPECT_TRUE(put_health(2, ""));
  EXPECT_FALSE(targets("sub-1", 1)[0].subscription.link.paused_because);
  EXPECT_EQ(targets("sub-1", 1)[0].health, health);
}

TEST_P(ChargingConformance, TotalsCountBySubscriptionAndStatus) {
  for (const int number : {1, 2}) subscribe(a_subscription(number));
  for (const int number : {1, 2}) stored(an_event(number), kNow + Millis(number));
  conclude(claim(1, kNow + Millis(1)).at(0), DeliveryStatus::delivered);
  const auto totals = good<std::vector<ports::DeliveryTotal>>(
      [&](auto done) { charging().delivery_totals(std::move(done)); });
  const auto first = a_subscription(1).link.id, second = a_subscription(2).link.id;
  EXPECT_EQ(totals,
            (std::vector<ports::DeliveryTotal>{{first, DeliveryStatus::pending, 1, kNow + Millis(2)},
                                               {first, DeliveryStatus::delivered, 1, kNow + Millis(1)},
                                               {second, DeliveryStatus::pending, 2, kNow + Millis(1)}}));
}

}  // namespace
}  // namespace contactor::store::testing
