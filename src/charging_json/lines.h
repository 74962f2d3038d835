#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace contactor::charging_json {

/// Cuts text that comes in pieces into its lines, LF or CRLF at the end, with the mark of UTF-8 or without.
/// Lines with nothing on them but blanks are counted and left out. A line that is too long costs itself only.
/// Memory: one line.
class Lines {
 public:
  using OnLine = std::function<void(std::size_t number, std::string_view text)>;
  using OnTooLong = std::function<void(std::size_t number)>;
  static constexpr std::size_t kLineBytes = 64 * 1024;

  Lines(OnLine on_line, OnTooLong on_too_long)
      : on_line_(std::move(on_line)), on_too_long_(std::move(on_too_long)) {}

  void feed(std::string_view piece);
  /// The last line may lack its line feed.
  void finish();

 private:
  void add(std::string_view part);
  void end_line();

  OnLine on_line_;
  OnTooLong on_too_long_;
  std::string line_;
  std::size_t number_ = 1;
  bool is_too_long_ = false;
};

}  // namespace contactor::charging_json
