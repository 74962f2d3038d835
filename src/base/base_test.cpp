#include <gtest/gtest.h>

#include "base/id.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/money.h"
#include "base/prng.h"
#include "base/result.h"

namespace contactor {
namespace {

TEST(Instant, ReadsBackWhatItWrites) {
  const auto at = parse_rfc3339("2026-11-21T06:38:14.123Z");
  ASSERT_TRUE(at);
  EXPECT_EQ(to_rfc3339(*at), "2026-11-21T06:38:14.123Z");
}

TEST(Instant, UnderstandsOffsetsAndLongFractions) {
  EXPECT_EQ(parse_rfc3339("2026-11-21T08:38:14.123999999+02:00"), parse_rfc3339("2026-11-21T06:38:14.123Z"));
  EXPECT_EQ(parse_rfc3339("2028-02-29T00:00:00Z")->millis(), 1835395200000);
}

TEST(Instant, RefusesWhatIsNotAMoment) {
  for (const char* text : {"", "2026-11-21", "2026-13-01T00:00:00Z", "2027-02-29T00:00:00Z", "2026-11-21T24:00:00Z",
                           "2026-11-21T06:38:14", "2026-11-21T06:38:14.Z", "2026-11-21T06:38:14+2:00",
                           "2026-11-21T06:38:14.1234567890Z", "2026-1x-21T06:38:14Z"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Instant, ReadsHttpDates) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), parse_rfc3339("1994-11-06T08:49:37Z"));
  EXPECT_FALSE(parse_http_date("Sun, 06 Foo 1994 08:49:37 GMT"));
  EXPECT_FALSE(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"));
  EXPECT_FALSE(parse_http_date("Sun, 06-Nov-1994 08.49.37 GMT"));
}

TEST(Instant, TimesBeforeTheFirstYearAndAfterTheLastAreNone) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T01:00:00+01:00"), Instant());
  EXPECT_FALSE(parse_rfc3339("1970-01-01T00:59:59+01:00"));
  EXPECT_TRUE(parse_rfc3339("9999-12-31T23:59:59.999Z"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:59-00:01"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:60Z"));
  EXPECT_FALSE(parse_http_date("Fri, 31 Dec 9999 23:59:60 GMT"));
}

TEST(Duration, NeedsItsUnit) {
  EXPECT_EQ(parse_duration("30s"), Millis(30'000));
  EXPECT_EQ(parse_duration("15m"), Millis(900'000));
  EXPECT_EQ(parse_duration("7d"), Millis(604'800'000));
  EXPECT_EQ(parse_duration("250ms"), Millis(250));
  for (const char* text : {"", "30", "s", "-1s", "1w", "1 s", "99999999999999999999s", "9223372036854775807d"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, IsWrittenShortAndReadBack) {
  for (const std::int64_t millis : {0L, 1L, 30'000L, 90'000L, 900'000L, 604'800'000L})
    EXPECT_EQ(parse_duration(to_duration_text(Millis(millis))), Millis(millis));
  EXPECT_EQ(to_duration_text(Millis(900'000)), "15m");
}

TEST(SortableId, ReadsBackItsText) {
  const ActivationId id(0x7fff'ffff'ffff'ff07);
  EXPECT_EQ(parse_id<ActivationTag>(to_string(id)), id);
  EXPECT_EQ(id.shard(), 7);
  EXPECT_TRUE(parse_id<ActivationTag>("act_0").empty());
  EXPECT_TRUE(parse_id<ActivationTag>("tkt_0000000000001").empty());
  EXPECT_TRUE(parse_id<ActivationTag>("act_ZZZZZZZZZZZZZ").empty()) << "more than 63 bits";
}

TEST(Money, ShowsTheDigitsOfItsCurrency) {
  EXPECT_EQ(to_display(Money{1290, *Currency::parse("eur")}), "12.90 EUR");
  EXPECT_EQ(to_display(Money{1290, *Currency::parse("JPY")}), "1290 JPY");
  EXPECT_EQ(to_display(Money{1290, *Currency::parse("KWD")}), "1.290 KWD");
  EXPECT_FALSE(Currency::parse("EURO"));
  EXPECT_FALSE(Currency::parse("E1R"));
}

TEST(Log, HidesTheMiddleOfAVin) {
  EXPECT_EQ(log::redact("vin WVWZZZ1JZXW000001 sent\nnext"), "vin WVW**********0001 sent next");
  EXPECT_EQ(log::redact("act_0123456789ABC"), "act_0123456789ABC");
  EXPECT_EQ(log::redact("a\x1b[2J\x7f\tb"), "a [2J  b");
}

TEST(Prng, GivesTheSameNumbersForTheSameSeed) {
  Prng a(7), b(7);
  EXPECT_EQ(a.next(), b.next());
  EXPECT_LT(a.below(10), 10U);
}

}  // namespace
}  // namespace contactor
