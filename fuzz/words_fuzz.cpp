// Foreign words on their way into a line of a mail, a page or a log. The first line is the room that there
// is.

#include "base/log.h"
#include "base/result.h"
#include "fuzz/input.h"
#include "ota/plain_text.h"

namespace contactor::ota {
namespace {

void check_line(std::string_view text, std::size_t room) {
  const std::string line = one_line(text, room);
  CTR_ASSERT(line.size() <= room && fuzz::is_one_line(line));
  CTR_ASSERT(!line.starts_with(' ') && !line.ends_with(' ') && !line.contains("  "));
  // All that comes as JSON is well-formed; of other bytes nothing more can be asked.
  if (!fuzz::is_utf8(text)) return;
  CTR_ASSERT(fuzz::is_utf8(line) && one_line(line, room) == line);
}

void check_html(std::string_view text) {
  const std::string escaped = escape_html(text);
  CTR_ASSERT(escaped.find_first_of("<>\"'") == std::string::npos);
  CTR_ASSERT(std::ranges::count(escaped, '&') ==
             std::ranges::count(escaped, ';') - std::ranges::count(text, ';'));
}

void check_segment(std::string_view text) {
  CTR_ASSERT(encode_url_segment(text).find_first_of("/?#&=+ \"<>") == std::string::npos);
}

bool is_vin_character(char c) { return std::string_view("0123456789ABCDEFGHJKLMNPRSTUVWXYZ").contains(c); }

void check_log(std::string_view text) {
  const std::string line = log::redact(text);
  CTR_ASSERT(line.size() == text.size() && !line.contains('\n') && !line.contains('\x1b'));
  std::size_t run = 0;
  for (const char c : line + " ") {
    if (is_vin_character(c)) {
      ++run;
      continue;
    }
    CTR_ASSERT(run != 17);
    run = 0;
  }
}

}  // namespace
}  // namespace contactor::ota

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace ota = contactor::ota;
  contactor::fuzz::Input input(data, size);
  const std::size_t room = input.number() % 300;
  ota::check_line(input.rest(), room);
  ota::check_html(input.rest());
  ota::check_segment(input.rest());
  ota::check_log(input.rest());
  return 0;
}
