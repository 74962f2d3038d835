#include "charging/rules.h"

namespace contactor::charging {
namespace {

ChargingEvent an_event() {
  ChargingEvent event;
  event.provider = "samsara";
  event.provider_event_id = "1";
  event.vin = *Vin::parse("WVWZZZE1ZMP000001");
  event.started_at = Instant::from_millis(1'790'000'000'000);
  event.ended_at = Instant::from_millis(1'790'003'600'000);
  event.energy = WattHours(7'400);
  event.start_energy = MicroWattHours(1'000'000'000);
  event.end_energy = MicroWattHours(8'400'000'000);
  return settled(event);
}

TEST(ChargingRules, AnEventThatIsInOrderHasNoFlag) {
  const auto event = an_event();
  EXPECT_TRUE(event.quality.empty()) << to_string(event.quality);
  EXPECT_FALSE(event.quarantined);
  EXPECT_EQ(event.energy_difference, MicroWattHours(0));
  EXPECT_EQ(event.duration, Seconds(3600));
  EXPECT_EQ(settled(event), event);
}

TEST(ChargingRules, ReportedEnergyAndRegistersAreBothKeptWithTheirDifference) {
  auto event = an_event();
  event.energy = WattHours(7'401);
  event = settled(event);
  EXPECT_EQ(event.energy, WattHours(7'401));
  EXPECT_EQ(event.energy_difference, MicroWattHours(1'000'000));
  EXPECT_TRUE(event.quality.has(Flag::energy_mismatch));
  EXPECT_FALSE(event.quarantined);
}

TEST(ChargingRules, WhatRoundingToThreeDecimalsDoesIsNoMismatch) {
  auto event = an_event();
  event.end_energy = MicroWattHours(8'400'500'000);
  EXPECT_FALSE(settled(event).quality.has(Flag::energy_mismatch));
  event.end_energy = MicroWattHours(8'400'500'001);
  EXPECT_TRUE(settled(event).quality.has(Flag::energy_mismatch));
}

TEST(ChargingRules, ADifferenceBeyondWhatJsonHoldsIsFlaggedAndNotStored) {
  auto event = an_event();
  event.energy = WattHours(kEnergy.max);
  event.start_energy = MicroWattHours(0);
  event.end_energy = MicroWattHours(kRegister.min);
  event.direction = Direction::export_;
  event = settled(event);
  EXPECT_TRUE(event.quality.has(Flag::energy_mismatch));
  EXPECT_FALSE(event.energy_difference);
}

TEST(ChargingRules, RegistersThatAreFurtherApartThanAnyEnergyGiveNone) {
  auto event = an_event();
  event.energy.reset();
  event.start_energy = MicroWattHours(kRegister.min);
  event.end_energy = MicroWattHours(kRegister.max);
  EXPECT_FALSE(settled(event).energy);
}

TEST(ChargingRules, ARegisterThatFellSaysNothingOfTheEnergy) {
  auto event = an_event();
  event.end_energy = MicroWattHours(5);
  event = settled(event);
  EXPECT_TRUE(event.quality.has(Flag::counter_reset));
  EXPECT_EQ(event.energy, WattHours(7'400));
  EXPECT_FALSE(event.energy_difference);
}

TEST(ChargingRules, NegativeEnergyIsForExportOnly) {
  auto event = an_event();
  event.energy = WattHours(-2'000);
  event.end_energy.reset();
  const auto wrong = settled(event);
  EXPECT_TRUE(wrong.quarantined);
  EXPECT_TRUE(wrong.quality.has(Flag::negative_energy));
  EXPECT_EQ(wrong.energy, WattHours(-2'000));
  event.direction = Direction::export_;
  EXPECT_FALSE(settled(event).quarantined);
}

TEST(ChargingRules, AnEndBeforeTheStartIsQuarantinedAndKept) {
  auto event = an_event();
  event.duration.reset();
  event.ended_at = event.started_at - Millis(1);
  const auto wrong = settled(event);
  EXPECT_TRUE(wrong.quarantined);
  EXPECT_TRUE(wrong.quality.has(Flag::end_before_start));
  EXPECT_EQ(wrong.ended_at, event.ended_at);
  EXPECT_FALSE(wrong.duration);
}

TEST(ChargingRules, EnergyComesFromTheRegistersWhereNobodyReportsIt) {
  auto event = an_event();
  event.energy.reset();
  EXPECT_EQ(settled(event).energy, WattHours(7'400));
  event.end_energy.reset();
  EXPECT_TRUE(settled(event).quality.has(Flag::energy_missing));
  event.ended_at.reset();
  event.quality = {};
  EXPECT_FALSE(settled(event).quality.has(Flag::energy_missing));
}

TEST(ChargingRules, ZeroZeroIsNoPlace) {
  ChargingStat stat;
  stat.latitude = stat.longitude = TenMillionthDegrees(0);
  const auto dropped = settled(stat);
  EXPECT_FALSE(dropped.latitude);
  EXPECT_FALSE(dropped.longitude);
  EXPECT_TRUE(dropped.quality.has(Flag::placeholder_dropped));
  stat.longitude = TenMillionthDegrees(1);
  EXPECT_EQ(settled(stat).longitude, TenMillionthDegrees(1));
  stat.longitude.reset();
  EXPECT_FALSE(settled(stat).latitude);
}

TEST(ChargingRules, TwoProvidersOfOneVinAtOneTimeTellTheSameSession) {
  const auto a = an_event();
  auto b = a;
  const Instant now = Instant::from_millis(1'800'000'000'000);
  EXPECT_FALSE(tell_the_same(a, b, now));
  b.provider = "geotab";
  b.started_at = *a.ended_at - Millis(1);
  b.ended_at.reset();
  EXPECT_TRUE(tell_the_same(a, b, now));
  EXPECT_TRUE(tell_the_same(b, a, now));
  b.started_at = *a.ended_at;
  EXPECT_FALSE(tell_the_same(a, b, now));
  b.started_at = a.started_at;
  b.vin = *Vin::parse("WVWZZZE1ZMP000002");
  EXPECT_FALSE(tell_the_same(a, b, now));
}

TEST(ChargingRules, OnlyChangedContentMakesAVersion) {
  auto stored = an_event();
  stored.version = 3;
  stored.created_at = Instant::from_millis(5);
  auto again = an_event();
  again.updated_at = Instant::from_millis(9);
  EXPECT_EQ(corrected(stored, again), stored);
  again.energy = WattHours(8'000);
  const auto next = corrected(stored, again);
  EXPECT_EQ(next.id, stored.id);
  EXPECT_EQ(next.version, 4);
  EXPECT_EQ(next.supersedes, 3);
  EXPECT_EQ(next.created_at, stored.created_at);
}

}  // namespace
}  // namespace contactor::charging
