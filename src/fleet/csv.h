#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace contactor::fleet {

/// Cuts text that comes in pieces into records of fields, as RFC 4180 writes them: quotes, doubled quotes and
/// line feeds inside of them, CRLF or LF at the end. The first record decides whether `,` or `;` separates;
/// a byte order mark before it is dropped.
/// A record that cannot be read costs its first line only: reading goes on with the next one.
class CsvRecords {
 public:
  using Fields = std::vector<std::string>;
  using OnRecord = std::function<void(std::size_t line, Fields fields)>;
  using OnBad = std::function<void(std::size_t line, std::string_view why)>;
  CsvRecords(OnRecord on_record, OnBad on_bad);

  void feed(std::string_view piece);
  /// The last record may lack its line feed.
  void finish();

  static constexpr std::size_t kRecordBytes = 1'000'000;
  static constexpr std::size_t kRecordLines = 32;  ///< of one record, with line feeds between quotes

 private:
  enum class Place : unsigned char { start, plain, quoted, closed };

  void take(std::string_view piece);
  void scan();
  void step(char c);
  void end_record();
  void give_up(std::string_view why);
  void begin_record(std::size_t from);
  [[nodiscard]] bool knows_separator(bool at_end);

  OnRecord on_record_;
  OnBad on_bad_;
  std::string buffer_;
  std::size_t begin_ = 0;     ///< where the current record begins in it
  std::size_t scanned_ = 0;   ///< up to where it was looked at
  std::size_t line_ = 1;      ///< of the record's beginning
  std::size_t lines_in_ = 0;  ///< line feeds between its quotes
  Fields fields_;             ///< those before the current one
  std::string field_;
  Place place_ = Place::start;
  char separator_ = 0;       ///< 0: not yet decided
  bool skips_line_ = false;  ///< the rest of a line that is too long
};

}  // namespace contactor::fleet
