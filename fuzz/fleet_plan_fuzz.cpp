// Files of plans, and the words on the command line beside them.

#include "base/result.h"
#include "fleet/plan.h"
#include "fuzz/input.h"

namespace contactor::fleet {
namespace {

void check_file(std::string_view text) {
  const auto plan = from_file(text);
  if (!plan) {
    CTR_ASSERT(plan.error().kind == ErrorKind::invalid);
    return;
  }
  // There is one spelling of each plan, so the checksum leaves no room for another file.
  CTR_ASSERT(to_file(*plan) == text);
}

void check_limit(std::string_view text) {
  const auto limit = parse_limit(text);
  if (!limit) return;
  CTR_ASSERT(!limit->is_percent || limit->count <= 100);
  static_cast<void>(exceeds(Plan(), *limit, UINT64_MAX));
}

void check_day(std::string_view text) {
  const auto day = parse_day(text);
  if (day) CTR_ASSERT(parse_day(to_string(*day)) == day);
}

}  // namespace
}  // namespace contactor::fleet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fleet = contactor::fleet;
  contactor::fuzz::Input input(data, size);
  fleet::check_file(input.rest());
  const std::string_view word = input.line();
  fleet::check_limit(word);
  fleet::check_day(word);
  return 0;
}
