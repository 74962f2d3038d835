#include "charging/sessions.h"

#include <gtest/gtest.h>

#include "charging/identity.h"
#include "charging/rules.h"
#include "charging/sessions_testing.h"

namespace contactor::charging {
namespace {

using namespace testing;
using Kind = SessionChange::Kind;

const std::vector<ChargingStat> kOneSession{
    a_stat(0).charging(false).register_uwh(100 * kWh).soc(20'000),
    a_stat(5).charging().register_uwh(100 * kWh).soc(20'000),
    a_stat(35).charging().register_uwh(105 * kWh + 1).soc(28'000),
    a_stat(65).charging().register_uwh(110 * kWh + 7).soc(36'000),
    a_stat(70).charging(false).register_uwh(110 * kWh + 7).soc(36'000),
};

TEST(Sessions, EnergyIsTheDifferenceOfTheRegister) {
  const auto sessions = sessions_of(kOneSession);
  ASSERT_EQ(sessions.size(), 1u);
  const Session& session = sessions[0];
  EXPECT_EQ(session.energy, MicroWattHours(10 * kWh + 7));
  EXPECT_EQ(session.method, EnergyMethod::register_);
  EXPECT_EQ(session.event.energy, WattHours(10'000));
  EXPECT_EQ(session.event.start_energy, MicroWattHours(100 * kWh));
  EXPECT_EQ(session.event.end_energy, MicroWattHours(110 * kWh + 7));
  EXPECT_EQ(session.event.energy_difference, MicroWattHours(-7)) << "what rounding to kWh took";
  EXPECT_EQ(session.event.started_at, at_minute(5));
  EXPECT_EQ(session.event.ended_at, at_minute(70));
  EXPECT_EQ(session.event.duration, Seconds(65 * 60));
  EXPECT_EQ(session.event.charging_power, Watts(9231));
  EXPECT_EQ(session.event.start_state_of_charge, MilliPercent(20'000));
  EXPECT_EQ(session.event.end_state_of_charge, MilliPercent(36'000));
  EXPECT_TRUE(session.event.quality.empty()) << to_string(session.event.quality);
}

TEST(Sessions, WithoutARegisterPowerIsSummedOverTime) {
  const auto sessions = sessions_of({
      a_stat(0).charging().power(400'000, 10'000),
      a_stat(30).charging().power(400'000, 20'000),
      a_stat(60).charging(false).power(400'000, 0),
  });
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].energy, MicroWattHours(5 * kWh))
      << "(4 + 8) / 2 kW and (8 + 0) / 2 kW, half an hour each";
  EXPECT_EQ(sessions[0].method, EnergyMethod::integrated);
  EXPECT_TRUE(sessions[0].event.quality.has(Flag::energy_integrated));
  EXPECT_FALSE(sessions[0].event.start_energy);
}

TEST(Sessions, ASilenceIsNotIntegratedOver) {
  const auto sessions = sessions_of({
      a_stat(0).charging().power(400'000, 10'000),
      a_stat(30).charging().power(400'000, 10'000),
      a_stat(230).charging().power(400'000, 10'000),
      a_stat(260).charging(false).power(400'000, 0),
  });
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions[0].energy, MicroWattHours(2 * kWh));
  EXPECT_TRUE(sessions[0].event.quality.has(Flag::cut_at_end));
  EXPECT_EQ(sessions[1].energy, MicroWattHours(1 * kWh));
  EXPECT_TRUE(sessions[1].event.quality.has(Flag::cut_at_start));
}

TEST(Sessions, ARegisterBridgesASilence) {
  const auto sessions = sessions_of({
      a_stat(0).charging().register_uwh(10 * kWh),
      a_stat(30).charging().register_uwh(12 * kWh),
      a_stat(230).charging().register_uwh(30 * kWh),
      a_stat(260).charging(false).register_uwh(33 * kWh),
  });
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].energy, MicroWattHours(23 * kWh));
  EXPECT_TRUE(sessions[0].event.quality.has(Flag::gap));
}

TEST(Sessions, WhatWasChargedInASilenceIsASessionOfItsOwn) {
  const auto sessions = sessions_of({
      a_stat(0).charging(false).register_uwh(10 * kWh),
      a_stat(600).charging(false).register_uwh(31 * kWh),
      a_stat(1200).charging(false).register_uwh(31 * kWh),
  });
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].energy, MicroWattHours(21 * kWh));
  EXPECT_TRUE(sessions[0].event.quality.has(Flag::gap));
}

TEST(Sessions, ASessionUnderWayAfterASilenceBeginsWhereItWasSeen) {
  const auto sessions = sessions_of({
      a_stat(0).charging(false).register_uwh(10 * kWh).soc(10'000),
      a_stat(600).charging().register_uwh(15 * kWh).soc(20'000),
      a_stat(630).charging().register_uwh(18 * kWh).soc(25'000),
      a_stat(640).charging(false).register_uwh(18 * kWh).soc(25'000),
  });
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].event.started_at, at_minute(600));
  EXPECT_EQ(sessions[0].energy, MicroWattHours(8 * kWh)) << "none of what the register says is lost";
  EXPECT_FALSE(sessions[0].event.start_state_of_charge) << "the first 5 kWh came before it";
  EXPECT_TRUE(sessions[0].event.quality.has(Flag::cut_at_start));
}

TEST(Sessions, RegistersAloneTellOfSessionsWithoutAWordAboutCharging) {
  const auto sessions = sessions_of({
      a_stat(0).register_uwh(10 * kWh),
      a_stat(60).register_uwh(10 * kWh),
      a_stat(120).register_uwh(15 * kWh),
      a_stat(180).register_uwh(19 * kWh),
      a_stat(240).register_uwh(19 * kWh),
      a_stat(900).register_uwh(19 * kWh),
  });
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].energy, MicroWattHours(9 * kWh));
  EXPECT_EQ(sessions[0].event.started_at, at_minute(60));
  EXPECT_EQ(sessions[0].event.ended_at, at_minute(180));
}

TEST(Sessions, ARegisterThatIsRareGoesToTheChargingThatWasSeen) {
  const auto sessions = sessions_of({
      a_stat(0).charging(false).register_uwh(10 * kWh),
      a_stat(5).charging(),
      a_stat(35).charging(),
      a_stat(50).charging(false),
      a_stat(700).charging(false).register_uwh(16 * kWh),
  });
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].energy, MicroWattHours(6 * kWh));
  EXPECT_EQ(sessions[0].event.started_at, at_minute(5));
  EXPECT_EQ(sessions[0].event.ended_at, at_minute(50));
}

TEST(Sessions, ARegisterThatBeginsAnewAtMidnightCutsNothing) {
  const auto sessions = sessions_of({
      a_stat(0).charging(false).register_uwh(40 * kWh),
      a_stat(5).charging().register_uwh(40 * kWh),
      a_stat(35).charging().register_uwh(45 * kWh),
      a_stat(65).charging().register_uwh(3 * kWh),
      a_stat(95).charging(false).register_uwh(8 * kWh),
  });
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].energy, MicroWattHours(13 * kWh));
  EXPECT_TRUE(sessions[0].event.quality.has(Flag::counter_reset));
  EXPECT_FALSE(sessions[0].event.energy_difference) << "the registers say nothing then";
}

TEST(Sessions, ARegisterThatCountsEachSessionIsNoReset) {
  const auto sessions = sessions_of({
      a_stat(0).charging(false).register_uwh(30 * kWh),
      a_stat(10).charging().register_uwh(kWh / 2),
      a_stat(40).charging().register_uwh(6 * kWh),
      a_stat(70).charging(false).register_uwh(11 * kWh),
  });
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].energy, MicroWattHours(11 * kWh));
  EXPECT_EQ(sessions[0].event.start_energy, MicroWattHours(0));
  EXPECT_FALSE(sessions[0].event.quality.has(Flag::counter_reset));
}

TEST(Sessions, AShortPauseAtTheSamePlaceEndsNothing) {
  auto stats = kOneSession;
  stats.push_back(a_stat(90).charging().register_uwh(110 * kWh + 7));
  stats.push_back(a_stat(120).charging(false).register_uwh(114 * kWh + 7));
  auto sessions = sessions_of(stats);
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].energy, MicroWattHours(14 * kWh + 7));

  for (ChargingStat& stat : stats)
    stat.odometer = Metres(stat.measured_at < at_minute(80) ? 5'000'000 : 5'009'000);
  sessions = sessions_of(stats);
  ASSERT_EQ(sessions.size(), 2u) << "the vehicle was somewhere else in between";
  EXPECT_EQ(sessions[1].energy, MicroWattHours(4 * kWh));
}

TEST(Sessions, WhatLeavesTheVehicleIsNegativeAndExported) {
  const auto sessions = sessions_of({
      a_stat(0).charging().power(400'000, 10'000),
      a_stat(30).charging().power(400'000, 10'000),
      a_stat(60).charging().power(400'000, -20'000),
      a_stat(90).charging().power(400'000, -20'000),
      a_stat(120).charging(false),
  });
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions[0].event.direction, Direction::import_);
  EXPECT_EQ(sessions[0].energy, MicroWattHours(3 * kWh));
  EXPECT_EQ(sessions[1].event.direction, Direction::export_);
  EXPECT_EQ(sessions[1].energy, MicroWattHours(-6 * kWh));
  EXPECT_EQ(sessions[1].event.energy, WattHours(-6000));
}

TEST(Sessions, DrivingIsNoExport) {
  EXPECT_TRUE(sessions_of({a_stat(0).charging(false).power(400'000, -50'000),
                           a_stat(10).charging(false).power(400'000, -50'000)})
                  .empty());
}

TEST(Sessions, PlaceholdersAreNoMeasurements) {
  auto stats = kOneSession;
  stats[4].state_of_charge = MilliPercent(255'000);
  stats[3].voltage = MilliVolts(65'535'000);
  stats[2].latitude = stats[2].longitude = TenMillionthDegrees(0);
  stats[1].voltage = MilliVolts(0);
  stats[1].current = MilliAmps(0);
  const auto sessions = sessions_of(stats);
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].energy, MicroWattHours(10 * kWh + 7));
  EXPECT_EQ(sessions[0].event.end_state_of_charge, MilliPercent(36'000)) << "read five minutes before";
  EXPECT_FALSE(sessions[0].event.latitude);
  EXPECT_TRUE(sessions[0].event.quality.has(Flag::placeholder_dropped));
}

TEST(Sessions, ARegisterOffTheLineIsQuarantinedAndChangesNothing) {
  for (const std::int64_t off : {std::int64_t{0}, 9'000 * kWh}) {
    auto stats = kOneSession;
    stats.push_back(a_stat(50).charging().register_uwh(off).soc(30'000).id("odd"));
    SessionBuilder builder;
    take_all(builder, stats);
    const auto sessions = builder.sessions(Instant::never());
    ASSERT_EQ(sessions.size(), 1u);
    EXPECT_EQ(sessions[0].energy, MicroWattHours(10 * kWh + 7));
    ASSERT_EQ(builder.quarantined().size(), 1u);
    EXPECT_EQ(builder.quarantined()[0].fault, StatFault::register_off_line);
    EXPECT_EQ(builder.quarantined()[0].id.str(), "odd");
  }
}

TEST(Sessions, ImpossibleStatsAreQuarantinedWithTheirReason) {
  const Vin ours = *Vin::parse("WVWZZZ1JZXW000001");
  SessionBuilder builder(ours);
  ChargingStat other = a_stat(1).charging();
  other.vin = *Vin::parse("WVWZZZ1JZXW000002");
  take_all(builder,
           {other, a_stat(5).charging().received(-60), a_stat(-40e6).charging(), a_stat(9).odometer(7)});
  const auto quarantined = builder.quarantined();
  ASSERT_EQ(quarantined.size(), 4u);
  EXPECT_EQ(quarantined[0].fault, StatFault::unreal_moment);
  EXPECT_EQ(quarantined[1].fault, StatFault::other_vehicle);
  EXPECT_EQ(quarantined[2].fault, StatFault::from_the_future);
  EXPECT_EQ(quarantined[3].fault, StatFault::says_nothing);
  EXPECT_TRUE(builder.sessions(Instant::never()).empty());
}

TEST(Sessions, AnIdDependsOnTheStartAndNeverOnEndOrEnergy) {
  SessionBuilder builder;
  take_all(builder, {kOneSession[0], kOneSession[1]});
  const auto open = builder.publish(at_minute(6));
  ASSERT_EQ(open.size(), 1u);
  EXPECT_FALSE(open[0].session.event.ended_at);
  EXPECT_FALSE(open[0].session.event.energy);
  take_all(builder, kOneSession);
  const auto closed = builder.publish(at_minute(71));
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].session.event.id, open[0].session.event.id);
  EXPECT_EQ(closed[0].session.event.id, identity_of(closed[0].session.event));
  EXPECT_EQ(settled(closed[0].session.event), closed[0].session.event) << "it is stored as it is";
}

TEST(Sessions, OnlyChangedContentIsANewVersion) {
  SessionBuilder builder;
  take_all(builder, kOneSession);
  const auto first = builder.publish(at_minute(500));
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].kind, Kind::created);
  EXPECT_EQ(first[0].session.event.version, 1);
  EXPECT_FALSE(first[0].session.event.supersedes);

  take_all(builder, kOneSession);
  take_all(builder, {a_stat(50).charging().register_uwh(107 * kWh)});
  EXPECT_TRUE(builder.publish(at_minute(501)).empty()) << "one more stat on the line says the same";

  take_all(builder, {a_stat(70).charging(false).register_uwh(110 * kWh + 8).soc(36'000).received(90)});
  const auto corrected = builder.publish(at_minute(502));
  ASSERT_EQ(corrected.size(), 1u);
  EXPECT_EQ(corrected[0].kind, Kind::updated);
  EXPECT_EQ(corrected[0].session.event.version, 2);
  EXPECT_EQ(corrected[0].session.event.supersedes, 1);
  EXPECT_EQ(corrected[0].session.energy, MicroWattHours(10 * kWh + 8));
}

TEST(Sessions, VersionsGoOnAfterARestart) {
  SessionBuilder before, after;
  take_all(before, kOneSession);
  after.remember(before.publish(Instant::never())[0].session.event);
  take_all(after, kOneSession);
  EXPECT_TRUE(after.publish(Instant::never()).empty());
  take_all(after, {a_stat(75).charging(false).register_uwh(111 * kWh)});
  const auto changes = after.publish(Instant::never());
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].session.event.version, 2);
}

TEST(Sessions, ASessionThatTurnsOutToBeginEarlierIsWithdrawnByName) {
  SessionBuilder builder;
  take_all(builder, {kOneSession[2], kOneSession[3], kOneSession[4]});
  const auto first = builder.publish(Instant::never());
  ASSERT_EQ(first.size(), 1u);
  take_all(builder, kOneSession);
  auto changes = builder.publish(Instant::never());
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].kind, Kind::created);
  EXPECT_EQ(changes[1].kind, Kind::withdrawn);
  EXPECT_EQ(changes[1].session.event.id, first[0].session.event.id);
  EXPECT_TRUE(changes[1].session.event.quarantined);
  EXPECT_EQ(changes[1].session.event.same_as, changes[0].session.event.id);
  EXPECT_EQ(changes[1].session.event.version, 2);
  EXPECT_TRUE(builder.publish(Instant::never()).empty());
}

TEST(Sessions, TwoProvidersOfOneSessionAreLinkedNotMerged) {
  auto stats = kOneSession;
  for (ChargingStat& stat : stats) stat.vin = Vin::parse("WVWZZZ1JZXW000001").value();
  for (ChargingStat stat : std::vector(stats)) {
    stat.provider = "wallbox";
    stat.measured_at = stat.measured_at + std::chrono::seconds(40);
    stats.push_back(stat);
  }
  const auto sessions = sessions_of(stats);
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions[0].event.provider, "telemetry");
  EXPECT_FALSE(sessions[0].event.same_as);
  EXPECT_EQ(sessions[1].event.same_as, sessions[0].event.id);
}

}  // namespace
}  // namespace contactor::charging
