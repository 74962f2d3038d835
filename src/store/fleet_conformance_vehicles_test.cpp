#include <algorithm>
#include <set>

#include "store/fleet_conformance.h"

namespace contactor::store::testing {
namespace {

using ports::FleetOutcome;

void expect_same(const fleet::Vehicle& a, const fleet::Vehicle& b) {
  EXPECT_EQ(a.vin, b.vin);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.wish, b.wish);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.message, b.message);
  EXPECT_EQ(a.cloud, b.cloud);
  EXPECT_EQ(a.oem, b.oem);
  EXPECT_EQ(a.accepted_at, b.accepted_at);
  EXPECT_EQ(a.observed_at, b.observed_at);
  EXPECT_EQ(a.next_check_at, b.next_check_at);
  EXPECT_EQ(a.blocked, b.blocked);
  EXPECT_EQ(a.failures, b.failures);
  EXPECT_EQ(a.intent, b.intent);
  EXPECT_EQ(a.intents, b.intents);
  EXPECT_EQ(a.intent_at, b.intent_at);
  EXPECT_EQ(a.processed, b.processed);
  EXPECT_EQ(a.model_id, b.model_id);
  EXPECT_EQ(a.model_by_hand, b.model_by_hand);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.updated_at, b.updated_at);
}

void expect_same(const fleet::HistoryEntry& a, const fleet::HistoryEntry& b) {
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.requested, b.requested);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.message, b.message);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.oem_detail, b.oem_detail);
  EXPECT_EQ(a.oem, b.oem);
  EXPECT_EQ(a.run, b.run);
  EXPECT_EQ(a.at, b.at);
}

std::vector<std::string> vins_of(const std::vector<fleet::Vehicle>& vehicles) {
  std::vector<std::string> vins;
  for (const auto& vehicle : vehicles) vins.emplace_back(vehicle.vin.str());
  return vins;
}

/// Nothing but what must be there.
ports::FleetWrite a_bare_one(int number) {
  ports::FleetWrite write;
  write.after.vin = a_vin(number);
  write.after.version = 1;
  write.after.created_at = write.after.updated_at = kNow;
  return write;
}

TEST_P(FleetConformance, GivesBackEveryFieldAlsoAfterARestart) {
  const auto full = a_vehicle(1), bare = a_bare_one(2);
  EXPECT_EQ(write_all({full, bare}).value(), (std::vector(2, FleetOutcome::applied)));
  backend_->restart();
  expect_same(vehicle(1).value(), full.after);
  expect_same(vehicle(2).value(), bare.after);
  ASSERT_EQ(entries(1).size(), 1U);
  expect_same(entries(1)[0], *full.entry);
  EXPECT_TRUE(entries(2).empty()) << "a write without an entry leaves none";
  EXPECT_FALSE(vehicle(3));
}

TEST_P(FleetConformance, AWriteReplacesAllOfTheRow) {
  const auto first = a_vehicle(1);
  ASSERT_EQ(outcome_of(first), FleetOutcome::applied);
  auto second = a_bare_one(1);
  second.after.version = 2;
  second.after.status = true;
  ASSERT_EQ(outcome_of(second), FleetOutcome::applied);
  expect_same(vehicle(1).value(), second.after);
}

TEST_P(FleetConformance, AStaleWriteStoresNothingAndHoldsUpNobody) {
  ASSERT_EQ(outcome_of(a_vehicle(1)), FleetOutcome::applied);
  auto stale = a_vehicle(1);
  stale.after.wish.fleet = "south";
  stale.entry->run = "stale";
  auto early = a_next(a_next(a_vehicle(1).after).after), unknown = a_next(a_vehicle(3).after);
  EXPECT_EQ(write_all({stale, a_vehicle(2), early, unknown, a_next(a_vehicle(1).after)}).value(),
            (std::vector{FleetOutcome::stale, FleetOutcome::applied, FleetOutcome::stale, FleetOutcome::stale,
                         FleetOutcome::applied}));
  EXPECT_EQ(vehicle(1)->wish.fleet, "north");
  EXPECT_EQ(vehicle(1)->version, 2U);
  EXPECT_TRUE(vehicle(2));
  EXPECT_FALSE(vehicle(3));
  ASSERT_EQ(entries(1).size(), 2U);
  EXPECT_EQ(entries(1)[0].run, "run-1");
  EXPECT_EQ(entries(1)[1].run, "run-2");
  EXPECT_TRUE(entries(3).empty());
}

TEST_P(FleetConformance, StepsOfOneVehicleInABatchAreTakenInOrder) {
  const auto first = a_vehicle(1), second = a_next(first.after), third = a_next(second.after);
  EXPECT_EQ(write_all({first, second, a_vehicle(2), third, second}).value(),
            (std::vector{FleetOutcome::applied, FleetOutcome::applied, FleetOutcome::applied,
                         FleetOutcome::applied, FleetOutcome::stale}));
  EXPECT_EQ(vehicle(1)->version, 3U);
  EXPECT_EQ(entries(1).size(), 3U);
}

TEST_P(FleetConformance, OfTwoWritersOneIsFaster) {
  ASSERT_EQ(outcome_of(a_vehicle(1)), FleetOutcome::applied);
  std::vector<FleetOutcome> outcomes;
  for (int i = 0; i < 2; ++i)
    fleet().write_vehicles({a_next(a_vehicle(1).after)},
                           [&](auto answer) { outcomes.push_back(answer.value().at(0)); });
  while (outcomes.size() < 2) backend_->turn();
  EXPECT_EQ(std::ranges::count(outcomes, FleetOutcome::applied), 1);
  EXPECT_EQ(vehicle(1)->version, 2U);
}

TEST_P(FleetConformance, AWalkReadsWhatIsThereWhenItsPageIsAskedFor) {
  std::vector<ports::FleetWrite> writes;
  for (int number = 1; number <= 30; ++number) writes.push_back(a_vehicle(number));
  ASSERT_TRUE(write_all(std::move(writes)));
  EXPECT_EQ(vins_of(walk({.limit = 7, .walks = true})), vins_of(walk({.limit = 7})));
  // One that was left after its first page: the page that was read ahead for it is nobody else's.
  const auto left = page({.limit = 7, .walks = true});
  const auto second = page({.after = std::string(left.back().vin.str()), .limit = 7});
  std::vector<ports::FleetWrite> changes;
  for (const auto& vehicle : second) changes.push_back(a_next(vehicle));
  ASSERT_TRUE(write_all(std::move(changes)));
  for (const auto& vehicle : walk({.limit = 7, .walks = true})) {
    const bool was_changed = std::ranges::find(second, vehicle.vin, &fleet::Vehicle::vin) != second.end();
    EXPECT_EQ(vehicle.version, was_changed ? 2U : 1U);
  }
}

TEST_P(FleetConformance, RefusesWhatIsMalformedOrTooMuch) {
  auto versionless = a_vehicle(1);
  versionless.after.version = 0;
  EXPECT_EQ(write_all({versionless}).error().kind, ErrorKind::invalid);
  auto astray = a_vehicle(1);
  astray.entry->number = 2;
  EXPECT_EQ(write_all({a_vehicle(2), astray}).error().kind, ErrorKind::invalid);
  EXPECT_FALSE(vehicle(2)) << "refused as a whole";
  EXPECT_EQ(write_all(std::vector(10'001, a_vehicle(1))).error().kind, ErrorKind::invalid);
  const auto asked = await<Result<std::vector<fleet::Vehicle>>>(
      [&](auto done) { fleet().find_vehicles(std::vector<Vin>(10'001, a_vin(1)), std::move(done)); });
  EXPECT_EQ(asked.error().kind, ErrorKind::invalid);
  const auto strange = await<Result<std::vector<fleet::Vehicle>>>(
      [&](auto done) { fleet().vehicles({.after = "no vin"}, std::move(done)); });
  EXPECT_EQ(strange.error().kind, ErrorKind::invalid);
}

TEST_P(FleetConformance, TakesNothingAsNothing) {
  EXPECT_TRUE(write_all({}).value().empty());
  EXPECT_TRUE(walk({.limit = 10}).empty());
  EXPECT_TRUE(page({.limit = 0}).empty());
}

TEST_P(FleetConformance, AVehicleThatOnlyHasAFeatureIsNotOnRecord) {
  applied(a_new_one(1));
  EXPECT_FALSE(vehicle(1));
  EXPECT_TRUE(walk({.limit = 10}).empty());
  EXPECT_EQ(outcome_of(a_next(a_vehicle(1).after)), FleetOutcome::stale);
  ASSERT_EQ(outcome_of(a_vehicle(1)), FleetOutcome::applied);
  expect_same(vehicle(1).value(), a_vehicle(1).after);
  auto second_order = a_new_one(101);
  auto order = *second_order.after.order;
  order.vin = a_vin(1);
  second_order.after.order = std::make_shared<const ota::Order>(order);
  applied(second_order);
  expect_same(vehicle(1).value(), a_vehicle(1).after);
}

TEST_P(FleetConformance, PagesShowEveryVehicleOnceAlwaysInTheSameOrder) {
  std::vector<ports::FleetWrite> writes;
  for (int i = 1; i <= 600; ++i) writes.push_back(a_vehicle(i));
  ASSERT_TRUE(write_all(writes));
  const auto all = walk({.limit = 1000});
  ASSERT_EQ(all.size(), 600U);
  std::set<Vin> seen;
  for (const auto& vehicle : all) seen.insert(vehicle.vin);
  EXPECT_EQ(seen.size(), 600U);
  const auto paged = walk({.limit = 7});
  ASSERT_EQ(paged.size(), 600U);
  EXPECT_TRUE(std::ranges::equal(all, paged, {}, &fleet::Vehicle::vin, &fleet::Vehicle::vin));
}

TEST_P(FleetConformance, AFilterLeavesOutTheOthersAndNothingIsNotFalse) {
  std::vector<ports::FleetWrite> writes;
  for (int i = 1; i <= 30; ++i) {
    auto write = a_vehicle(i);
    if (i % 2 == 0) write.after.wish.fleet = "south";
    if (i % 3 == 0) write.after.oem = std::nullopt;
    if (i % 5 == 0) write.after.status = std::nullopt;
    if (i % 5 == 1) write.after.status = true;
    writes.push_back(write);
  }
  ASSERT_TRUE(write_all(writes));
  EXPECT_EQ(walk({.fleet = "south", .limit = 4}).size(), 15U);
  EXPECT_EQ(walk({.oem = fleet::Oem::stellantis, .limit = 4}).size(), 20U);
  EXPECT_TRUE(walk({.oem = fleet::Oem::kia, .limit = 4}).empty());
  EXPECT_EQ(walk({.status = true, .limit = 4}).size(), 6U);
  EXPECT_EQ(walk({.status = false, .limit = 4}).size(), 18U);
  EXPECT_EQ(walk({.fleet = "south", .oem = fleet::Oem::stellantis, .status = true, .limit = 4}).size(), 2U);
}

TEST_P(FleetConformance, TellsTheNewestEntriesOldestFirst) {
  auto write = a_vehicle(1);
  std::vector<ports::FleetWrite> writes{write};
  for (int i = 0; i < 5; ++i) writes.push_back(write = a_next(write.after));
  ASSERT_TRUE(write_all(writes));
  const auto newest = entries(1, 2);
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest[0].number, 5U);
  EXPECT_EQ(newest[1].number, 6U);
}

TEST_P(FleetConformance, CountsByCloudWithTheUnmappedLast) {
  std::vector<ports::FleetWrite> writes;
  for (int i = 1; i <= 6; ++i) {
    auto write = a_vehicle(i);
    write.after.oem = i <= 3   ? std::optional(fleet::Oem::tesla)
                      : i == 4 ? std::optional(fleet::Oem::kia)
                               : std::nullopt;
    write.after.status = i == 1 ? std::nullopt : std::optional(i <= 3);
    writes.push_back(write);
  }
  ASSERT_TRUE(write_all(writes));
  applied(a_new_one(50));
  const auto totals =
      await<Result<ports::FleetTotals>>([&](auto done) { fleet().fleet_totals(std::move(done)); }).value();
  ASSERT_EQ(totals.rows.size(), 3U);
  EXPECT_EQ(totals.rows[0].oem, fleet::Oem::tesla);
  EXPECT_EQ(totals.rows[0].vehicles, 3U);
  EXPECT_EQ(totals.rows[0].active, 2U);
  EXPECT_EQ(totals.rows[1].oem, fleet::Oem::kia);
  EXPECT_EQ(totals.rows[2].oem, std::nullopt);
  EXPECT_EQ(totals.rows[2].vehicles, 2U);
}

}  // namespace
}  // namespace contactor::store::testing
