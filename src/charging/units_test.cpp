#include "charging/units.h"

#include "base/prng.h"
#include "charging/quality.h"

namespace contactor::charging {
namespace {

TEST(ChargingUnits, MicroWattHoursHoldMoreThanWhatThirtyTwoBitsDo) {
  const auto energy = from_foreign<MicroWattHourUnit>(2'148, "Wh");
  ASSERT_TRUE(energy);
  EXPECT_GT(energy->count(), INT32_MAX);
  EXPECT_EQ(to_watt_hours(*energy), WattHours(2'148));
  EXPECT_EQ(from_foreign<MicroWattHourUnit>(9'000'000, "kWh"), MicroWattHours(9'000'000'000'000'000));
}

TEST(ChargingUnits, WhatLeavesSixtyFourBitsIsRefused) {
  EXPECT_FALSE(from_foreign<MicroWattHourUnit>(9'300'000'000, "kWh"));
  EXPECT_FALSE(to_micro_watt_hours(WattHours(INT64_MAX)));
  EXPECT_FALSE(checked_add(MilliVolts(INT64_MAX), MilliVolts(1)));
  EXPECT_FALSE(checked_subtract(MilliVolts(INT64_MIN), MilliVolts(1)));
  EXPECT_FALSE(power_of(MilliVolts(INT64_MAX), MilliAmps(INT64_MAX)));
  EXPECT_FALSE(from_foreign<MetreUnit>(1, "furlong"));
}

TEST(ChargingUnits, KilowattHoursAreRoundedHalfToEvenAtThreeDecimals) {
  EXPECT_EQ(to_watt_hours(MicroWattHours(500'000)), WattHours(0));
  EXPECT_EQ(to_watt_hours(MicroWattHours(500'001)), WattHours(1));
  EXPECT_EQ(to_watt_hours(MicroWattHours(1'500'000)), WattHours(2));
  EXPECT_EQ(to_watt_hours(MicroWattHours(2'500'000)), WattHours(2));
  EXPECT_EQ(to_watt_hours(MicroWattHours(-500'000)), WattHours(0));
  EXPECT_EQ(to_watt_hours(MicroWattHours(-1'500'000)), WattHours(-2));
  EXPECT_EQ(to_watt_hours(MicroWattHours(-2'500'001)), WattHours(-3));
}

TEST(ChargingUnits, EveryConversionComesBackFromWhatItMade) {
  Prng random(67);
  for (const auto& row : kConversions) {
    if (row.numerator < row.denominator) continue;  // Those lose digits on purpose.
    for (int i = 0; i < 200; ++i) {
      const auto value = static_cast<std::int64_t>(random.below(2'000'000'001)) - 1'000'000'000;
      const auto there = scaled(value, row.numerator, row.denominator);
      ASSERT_TRUE(there) << row.from << " to " << row.to;
      EXPECT_EQ(scaled(*there, row.denominator, row.numerator), value) << row.from << " to " << row.to;
    }
  }
}

TEST(ChargingUnits, ARoundedNumberIsNeverFurtherThanHalfAUnitAway) {
  Prng random(68);
  for (int i = 0; i < 10'000; ++i) {
    const auto value = static_cast<std::int64_t>(random.next());
    const auto rounded = to_watt_hours(MicroWattHours(value));
    const __int128 error = static_cast<__int128>(rounded.count()) * 1'000'000 - value;
    EXPECT_LE(error < 0 ? -error : error, 500'000) << value;
  }
}

TEST(ChargingUnits, PowerIsVoltageTimesCurrentInWholeWatts) {
  EXPECT_EQ(power_of(MilliVolts(400'000), MilliAmps(250'000)), Watts(100'000));
  EXPECT_EQ(power_of(MilliVolts(230'000), MilliAmps(-16'000)), Watts(-3'680));
}

TEST(ChargingQuality, FlagsComeBackFromTheirText) {
  for (unsigned bits = 0; bits < 1u << kFlags; ++bits) {
    Quality quality;
    for (int i = 0; i < kFlags; ++i)
      if ((bits >> i & 1u) != 0) quality.add(static_cast<Flag>(i));
    ASSERT_EQ(parse_quality(to_string(quality)), quality) << to_string(quality);
  }
  EXPECT_FALSE(parse_quality("counter_reset hearsay"));
}

}  // namespace
}  // namespace contactor::charging
