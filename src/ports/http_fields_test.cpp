#include <gtest/gtest.h>

#include "ports/retry_after.h"
#include "ports/url_encoding.h"

namespace contactor::ports {
namespace {

const Instant kNow = Instant::from_millis(784111777000);  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfter, ReadsSecondsAndDates) {
  EXPECT_EQ(parse_retry_after("0", kNow), Millis(0));
  EXPECT_EQ(parse_retry_after(" 120 ", kNow), std::chrono::minutes(2));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", kNow), std::chrono::minutes(1));
}

TEST(RetryAfter, StaysBetweenNowAndAWeek) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", kNow), Millis(0));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 2094 08:00:00 GMT", kNow), kRetryAfterMax);
  EXPECT_EQ(parse_retry_after("604801", kNow), kRetryAfterMax);
  EXPECT_EQ(parse_retry_after(std::string(400, '9'), kNow), kRetryAfterMax);
}

TEST(RetryAfter, GarbageIsNothing) {
  for (const char* text :
       {"", " ", "soon", "-1", "1.5", "1e3", "+5", "Sun, 99 Foo 1994 08:49:37 GMT", "0x10"})
    EXPECT_FALSE(parse_retry_after(text, kNow)) << text;
}

TEST(UrlEncoding, LeavesNothingThatAUrlCouldMisread) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a/b?c=d&e f+\r\n\xc3\xa9"), "a%2Fb%3Fc%3Dd%26e%20f%2B%0D%0A%C3%A9");
  EXPECT_EQ(form_body({{"metadata[reference]", "act 1"}, {"amount", "5"}}),
            "metadata%5Breference%5D=act%201&amount=5");
  EXPECT_EQ(form_body({}), "");
}

}  // namespace
}  // namespace contactor::ports
