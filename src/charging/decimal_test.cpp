#include "charging/decimal.h"

#include "base/prng.h"

namespace contactor::charging {
namespace {

TEST(ChargingDecimal, ReadsWhatJsonCallsANumber) {
  EXPECT_EQ(parse_decimal("7.4", 3), 7400);
  EXPECT_EQ(parse_decimal("-0.001", 3), -1);
  EXPECT_EQ(parse_decimal("1.2e3", 0), 1200);
  EXPECT_EQ(parse_decimal("12E-1", 3), 1200);
  EXPECT_EQ(parse_decimal("0", 7), 0);
  EXPECT_EQ(parse_decimal("0.000", 0), 0);
  EXPECT_EQ(parse_decimal("1e-300", 3), 0);
  EXPECT_EQ(parse_decimal("9223372036854775807", 0), INT64_MAX);
  EXPECT_EQ(parse_decimal("-9223372036854775808", 0), INT64_MIN);
}

TEST(ChargingDecimal, RefusesWhatIsNoNumberOrDoesNotFit) {
  for (const auto* text : {"", "-", ".5", "5.", "+5", "05", "1,5", "1e", "1e1000", " 1", "1 ", "0x10", "NaN",
                           "Infinity", "9223372036854775808", "-9223372036854775809", "1e19"})
    EXPECT_FALSE(parse_decimal(text, 0)) << text;
  EXPECT_FALSE(parse_decimal("9223372036854775.808", 3));
  EXPECT_FALSE(parse_decimal(std::string(65, '1'), 0));
}

TEST(ChargingDecimal, RoundsHalfToEven) {
  EXPECT_EQ(parse_decimal("0.0005", 3), 0);
  EXPECT_EQ(parse_decimal("0.0015", 3), 2);
  EXPECT_EQ(parse_decimal("0.0025", 3), 2);
  EXPECT_EQ(parse_decimal("-0.0025", 3), -2);
  EXPECT_EQ(parse_decimal("0.00250000000000000000000000001", 3), 3);
  EXPECT_EQ(parse_decimal("0.00049999999999999999999999999", 3), 0);
}

TEST(ChargingDecimal, EveryNumberComesBackFromItsText) {
  Prng random(70);
  for (int i = 0; i < 20'000; ++i) {
    const auto count =
        static_cast<std::int64_t>(random.next() >> random.below(64)) * (random.chance(0.5) ? 1 : -1);
    const int decimals = static_cast<int>(random.below(8));
    EXPECT_EQ(parse_decimal(decimal_text(count, decimals), decimals), count) << decimal_text(count, decimals);
  }
  EXPECT_EQ(decimal_text(INT64_MIN, 3), "-9223372036854775.808");
  EXPECT_EQ(decimal_text(-5, 3), "-0.005");
  EXPECT_EQ(decimal_text(7400, 3), "7.4");
}

}  // namespace
}  // namespace contactor::charging
