#include "charging_json/lines.h"

namespace contactor::charging_json {

void Lines::feed(std::string_view piece) {
  for (;;) {
    const auto end = piece.find('\n');
    add(piece.substr(0, end));
    if (end == std::string_view::npos) return;
    end_line();
    piece.remove_prefix(end + 1);
  }
}

void Lines::finish() {
  if (!line_.empty() || is_too_long_) end_line();
}

void Lines::add(std::string_view part) {
  if (is_too_long_) return;
  // The carriage return of a line end is not the line's.
  if (line_.size() + part.size() > kLineBytes + 1) {
    is_too_long_ = true;
    line_.clear();
    return;
  }
  line_ += part;
}

void Lines::end_line() {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  std::string_view text = line_;
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (number_ == 1 && text.starts_with(kMark)) text.remove_prefix(kMark.size());
  if (is_too_long_ || text.size() > kLineBytes)
    on_too_long_(number_);
  else if (text.find_first_not_of(" \t") != std::string_view::npos)
    on_line_(number_, text);
  line_.clear();
  is_too_long_ = false;
  ++number_;
}

}  // namespace contactor::charging_json
