// Times and durations as others write them: RFC 3339, HTTP dates, Retry-After, `30s`.

#include "base/result.h"
#include "fuzz/input.h"
#include "ports/retry_after.h"

namespace contactor::fuzz {
namespace {

constexpr Instant kEndOfYears = Instant::from_millis(253'402'300'800'000);  // 10000-01-01T00:00:00Z

void check_rfc3339(std::string_view text) {
  const auto at = parse_rfc3339(text);
  if (!at) return;
  // What is stored and shown again must be readable again.
  CTR_ASSERT(*at >= Instant() && *at < kEndOfYears);
  CTR_ASSERT(parse_rfc3339(to_rfc3339(*at)) == at);
}

void check_http_date(std::string_view text) {
  const auto at = parse_http_date(text);
  if (!at) return;
  CTR_ASSERT(*at >= Instant() && *at < kEndOfYears);
  CTR_ASSERT(at->millis() % 1000 == 0);
}

void check_retry_after(std::string_view text) {
  const auto wait = ports::parse_retry_after(text, kNow);
  if (wait) CTR_ASSERT(*wait >= Millis(0) && *wait <= ports::kRetryAfterMax);
}

void check_duration(std::string_view text) {
  const auto duration = parse_duration(text);
  if (!duration) return;
  CTR_ASSERT(*duration >= Millis(0));
  CTR_ASSERT(parse_duration(to_duration_text(*duration)) == duration);
}

}  // namespace
}  // namespace contactor::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = contactor::fuzz::Input(data, size).rest();
  contactor::fuzz::check_rfc3339(text);
  contactor::fuzz::check_http_date(text);
  contactor::fuzz::check_retry_after(text);
  contactor::fuzz::check_duration(text);
  return 0;
}
