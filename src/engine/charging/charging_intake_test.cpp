#include "engine/charging/charging_intake.h"

#include "engine/charging/charging_fixture.h"

namespace contactor::engine {
namespace {

using namespace charging;
using namespace charging::testing;
using testing::ChargingProcess;
using testing::ManualTime;
using Kind = TakenRecord::Kind;

const Vin kVin = *Vin::parse("WBA00000000000001");

class ChargingIntake : public ::testing::Test {
 protected:
  ManualTime time_;
  store::memory::Disk disk_;
  ChargingProcess process_{disk_, time_};

  static StatBuilder stat(double minute) {
    StatBuilder builder = a_stat(minute);
    builder.stat.vin = kVin;
    return builder;
  }
  /// A charge of one kWh each ten minutes, and an hour of rest on both sides.
  static std::vector<ChargingStat> a_charge(double from, int steps) {
    std::vector<ChargingStat> stats;
    for (int i = 0; i < 4; ++i) stats.push_back(stat(from - 80 + 20 * i).charging(false).register_uwh(0));
    for (int i = 0; i < steps; ++i)
      stats.push_back(stat(from + 10 * i).charging().register_uwh(i * kWh).soc(20'000 + 1'000 * i));
    for (int i = 0; i < 4; ++i)
      stats.push_back(stat(from + 10 * steps + 20 * i).charging(false).register_uwh(steps * kWh));
    return stats;
  }
  static ChargingEvent told(std::string provider, std::string id, double from, double until) {
    ChargingEvent event;
    event.provider = std::move(provider);
    event.provider_event_id = std::move(id);
    event.vin = kVin;
    event.started_at = at_minute(from);
    event.ended_at = at_minute(until);
    event.energy = WattHours(7'000);
    return event;
  }
};

TEST_F(ChargingIntake, StatsBecomeOneSessionWithItsExactEnergy) {
  const auto taken = process_.take_stats(a_charge(0, 5));
  EXPECT_EQ(taken.stats.size(), 13U);
  EXPECT_EQ(taken.stats[0].kind, Kind::created);
  EXPECT_EQ(taken.sessions_created, 1U);
  const auto events = process_.events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(computed_info(events[0]).energy, MicroWattHours(5 * kWh));
  EXPECT_EQ(events[0].version, 1);
  EXPECT_EQ(events[0].vin, kVin);
  std::size_t of_it = 0;
  for (const auto& stored : process_.all<ChargingStat>())
    of_it += stored.charging_event_id == events[0].id ? 1 : 0;
  EXPECT_EQ(of_it, 6U) << "five that charge and the one that ends it";
}

TEST_F(ChargingIntake, ARepetitionWritesNothing) {
  (void)process_.take_stats(a_charge(0, 5));
  const auto again = process_.take_stats(a_charge(0, 5));
  for (const auto& record : again.stats) EXPECT_EQ(record.kind, Kind::unchanged);
  EXPECT_TRUE(again.changed.empty());
  EXPECT_EQ(process_.events()[0].version, 1);
}

TEST_F(ChargingIntake, ACorrectionJoinsTwoSessionsAndTheSecondIsWithdrawn) {
  std::vector<ChargingStat> stats;
  for (int i = 0; i < 4; ++i) stats.push_back(stat(-80 + 20 * i).charging(false).register_uwh(0));
  for (int i = 0; i < 6; ++i) stats.push_back(stat(10 * i).charging().register_uwh(i * kWh));
  for (const int minute : {60, 80, 95}) stats.push_back(stat(minute).charging(false).register_uwh(5 * kWh));
  for (int i = 0; i < 2; ++i) stats.push_back(stat(100 + 10 * i).charging().register_uwh((5 + i) * kWh));
  for (int i = 0; i < 4; ++i) stats.push_back(stat(120 + 20 * i).charging(false).register_uwh(7 * kWh));
  (void)process_.take_stats(stats);
  ASSERT_EQ(process_.events().size(), 2U);
  std::vector<ChargingStat> corrected;
  for (const int minute : {60, 80, 95}) corrected.push_back(stat(minute).charging().register_uwh(5 * kWh));
  const auto taken = process_.take_stats(corrected);
  EXPECT_EQ(taken.stats.back().kind, Kind::updated);
  EXPECT_EQ(taken.sessions_withdrawn, 1U);
  const auto events = process_.events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(computed_info(events[0]).energy, MicroWattHours(7 * kWh));
  EXPECT_EQ(events[0].version, 2);
  EXPECT_EQ(events[0].supersedes, 1);
  const auto withdrawn = process_.all<ChargingEvent>({.quarantined = true});
  ASSERT_EQ(withdrawn.size(), 1U);
  EXPECT_EQ(withdrawn[0].same_as, events[0].id);
}

TEST_F(ChargingIntake, WhatIsImpossibleIsKeptAndNamed) {
  ChargingStat future = stat(0).charging();
  future.measured_at = time_.now() + std::chrono::hours(24);
  ChargingStat silent = stat(5);
  const auto taken = process_.take_stats({future, silent});
  EXPECT_EQ(taken.stats[0].kind, Kind::quarantined);
  EXPECT_EQ(taken.stats[0].why, "from_the_future");
  EXPECT_EQ(taken.stats[1].why, "says_nothing");
  EXPECT_TRUE(process_.events().empty());
  const auto stored = process_.all<ChargingStat>();
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_TRUE(stored[0].quality.has(Flag::clock_suspect) || stored[1].quality.has(Flag::clock_suspect));
  ChargingEvent backwards = told("p", "1", 10, 0);
  const auto event = process_.take_event(backwards);
  EXPECT_EQ(event.events[0].kind, Kind::quarantined);
  EXPECT_EQ(event.events[0].why, "end_before_start");
}

TEST_F(ChargingIntake, ACorrectedEventIsItsNextVersionAndTheSameContentIsNone) {
  EXPECT_EQ(process_.take_event(told("p", "1", 0, 60)).events[0].kind, Kind::created);
  EXPECT_EQ(process_.take_event(told("p", "1", 0, 60)).events[0].kind, Kind::unchanged);
  const auto corrected = process_.take_event(told("p", "1", 0, 70));
  EXPECT_EQ(corrected.events[0].kind, Kind::updated);
  ASSERT_EQ(corrected.changed.size(), 1U);
  EXPECT_EQ(corrected.changed[0].version, 2);
  EXPECT_EQ(corrected.changed[0].supersedes, 1);
}

TEST_F(ChargingIntake, AnEventThatOnlyItsProviderNamesIsTaken) {
  ChargingEvent event = told("p", "1", 0, 60);
  event.vin.reset();
  EXPECT_EQ(process_.take_event(event).events[0].kind, Kind::created);
  EXPECT_EQ(process_.take_event(event).events[0].kind, Kind::unchanged);
  EXPECT_EQ(process_.events().size(), 1U);
}

TEST_F(ChargingIntake, TwoProvidersOfOneSessionAreLinkedInWhicheverOrderTheyCome) {
  (void)process_.take_event(told("b", "1", 0, 60));
  EXPECT_FALSE(process_.events()[0].same_as);
  const auto taken = process_.take_event(told("a", "9", 5, 55));
  const auto events = process_.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].provider, "b");
  EXPECT_EQ(events[0].same_as, events[1].id) << "the first name stands for both";
  EXPECT_EQ(events[0].version, 1) << "a link is no new version";
  EXPECT_FALSE(events[1].same_as);
  (void)process_.take_event(told("a", "9", 100, 155));
  EXPECT_FALSE(process_.events()[0].same_as) << "they no longer overlap";
  EXPECT_EQ(taken.events[0].kind, Kind::created);
}

TEST_F(ChargingIntake, AnOpenSessionIsClosedWhenItHasBeenSilentForLong) {
  const double minute = static_cast<double>((time_.now() - at_minute(0)).count()) / 60'000;
  (void)process_.take_stats({stat(minute - 60).charging(false).register_uwh(0),
                             stat(minute - 20).charging().register_uwh(0),
                             stat(minute - 5).charging().register_uwh(3 * kWh)});
  ASSERT_EQ(process_.events().size(), 1U);
  EXPECT_FALSE(process_.events()[0].ended_at);
  process_.control->start();
  time_.run_for(std::chrono::minutes(50));
  EXPECT_FALSE(process_.events()[0].ended_at);
  time_.run_for(std::chrono::minutes(30));
  const auto events = process_.events();
  ASSERT_TRUE(events[0].ended_at);
  EXPECT_EQ(computed_info(events[0]).energy, MicroWattHours(3 * kWh));
  EXPECT_TRUE(events[0].quality.has(Flag::cut_at_end));
  EXPECT_EQ(events[0].version, 2);
}

TEST_F(ChargingIntake, WhatAProviderTellsItselfStandsAgainstItsStats) {
  (void)process_.take_stats(a_charge(0, 5));
  ChargingEvent own;
  own.provider = "telemetry";
  own.device_id = "device-1";
  own.vin = kVin;
  own.started_at = at_minute(0);
  own.ended_at = at_minute(50);
  own.energy = WattHours(4'900);
  EXPECT_EQ(process_.take_event(own).events[0].kind, Kind::updated);
  (void)process_.take_stats({stat(55).charging(false).register_uwh(5 * kWh)});
  const auto events = process_.events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].energy, WattHours(4'900));
  EXPECT_EQ(events[0].version, 2);
}

TEST_F(ChargingIntake, TheMarkMovesWithTheLastSliceAndNeverBack) {
  std::vector<ChargingStat> stats;
  for (int i = 0; i < 100; ++i) stats.push_back(stat(10 * i).charging(false));
  LastRunTime run{.job_name = "poll", .last_run_at = time_.now(), .high_water_at = stats.back().measured_at};
  ASSERT_TRUE(process_.take({.stats = stats, .events = {}, .run = run}));
  EXPECT_EQ(process_.mark("poll")->high_water_at, stats.back().measured_at);
  run.high_water_at = stats.front().measured_at;
  ASSERT_TRUE(process_.take({.stats = {}, .events = {}, .run = run}));
  EXPECT_EQ(process_.mark("poll")->high_water_at, stats.back().measured_at);
}

TEST_F(ChargingIntake, EventsOfOnePlaceShareItsRecord) {
  Gazetteer nowhere;
  ChargingProcess process{disk_, time_, {}, &nowhere};
  for (int i = 0; i < 2; ++i) {
    ChargingEvent event = told("p", std::to_string(i), 100 * i, 100 * i + 50);
    event.latitude = TenMillionthDegrees(481'234'560 + i);
    event.longitude = TenMillionthDegrees(115'678'900);
    (void)process.take_event(event);
  }
  const auto events = process.events();
  ASSERT_TRUE(events[0].location_id);
  EXPECT_EQ(events[0].location_id, events[1].location_id);
  EXPECT_EQ(process.all<Location>().size(), 1U);
}

}  // namespace
}  // namespace contactor::engine
