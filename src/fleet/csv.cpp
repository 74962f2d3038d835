#include "fleet/csv.h"

#include <algorithm>
#include <utility>

namespace contactor::fleet {
namespace {

constexpr std::size_t kPieceBytes = 64UL * 1024;
constexpr std::string_view kMark = "\xef\xbb\xbf";  ///< what spreadsheets write before UTF-8

}  // namespace

CsvRecords::CsvRecords(OnRecord on_record, OnBad on_bad)
    : on_record_(std::move(on_record)), on_bad_(std::move(on_bad)) {}

void CsvRecords::feed(std::string_view piece) {
  // In parts, so that a file that is handed over whole is not copied whole.
  for (; !piece.empty(); piece.remove_prefix(std::min(piece.size(), kPieceBytes)))
    take(piece.substr(0, kPieceBytes));
}

void CsvRecords::take(std::string_view piece) {
  if (skips_line_) {
    const auto end = piece.find('\n');
    if (end == std::string_view::npos) return;
    piece.remove_prefix(end + 1);
    skips_line_ = false;
    ++line_;
  }
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  buffer_ += piece;
  if (knows_separator(false)) scan();
}

/// `;` where more of them stand in the header than commas: names of columns hold neither.
bool CsvRecords::knows_separator(bool at_end) {
  if (separator_ != 0) return true;
  std::string_view text = buffer_;
  const bool has_mark = text.starts_with(kMark);
  if (has_mark) text.remove_prefix(kMark.size());
  const std::string_view header = text.substr(std::min(text.find_first_not_of("\r\n"), text.size()));
  if (header.find('\n') == std::string_view::npos && header.size() <= kRecordBytes && !at_end) return false;
  const std::string_view line = header.substr(0, header.find('\n'));
  separator_ = std::ranges::count(line, ';') > std::ranges::count(line, ',') ? ';' : ',';
  if (has_mark) buffer_.erase(0, kMark.size());
  return true;
}

void CsvRecords::scan() {
  while (scanned_ < buffer_.size()) {
    if (scanned_ - begin_ >= kRecordBytes)
      give_up("it is longer than 1 MB");
    else
      step(buffer_[scanned_]);
  }
}

void CsvRecords::step(char c) {
  ++scanned_;
  if (place_ == Place::quoted) {
    if (c == '"') {
      place_ = Place::closed;
    } else {
      field_ += c;
      if (c == '\n' && ++lines_in_ >= kRecordLines) give_up("a quote is opened and not closed");
    }
    return;
  }
  if (c == '"' && place_ != Place::plain) {
    // A quote behind a closed one was a doubled one.
    if (place_ == Place::closed) field_ += c;
    place_ = Place::quoted;
    return;
  }
  if (c == '\n') return end_record();
  if (c == separator_) {
    fields_.push_back(std::exchange(field_, {}));
    place_ = Place::start;
    return;
  }
  if (place_ == Place::closed) {
    if (c != '\r') give_up("something stands behind a closing quote");
    return;
  }
  place_ = Place::plain;
  field_ += c;
}

void CsvRecords::end_record() {
  if (place_ == Place::plain && field_.ends_with('\r')) field_.pop_back();
  fields_.push_back(std::exchange(field_, {}));
  const std::size_t line = line_;
  const std::size_t next = line_ + lines_in_ + 1;
  Fields fields = std::exchange(fields_, {});
  begin_record(scanned_);
  line_ = next;
  // A line with nothing on it is no record.
  if (fields.size() > 1 || !fields.front().empty()) on_record_(line, std::move(fields));
}

void CsvRecords::give_up(std::string_view why) {
  const std::size_t line = line_;
  const auto line_end = buffer_.find('\n', begin_);
  skips_line_ = line_end == std::string::npos;
  if (!skips_line_) ++line_;
  begin_record(skips_line_ ? buffer_.size() : line_end + 1);
  on_bad_(line, why);
}

void CsvRecords::begin_record(std::size_t from) {
  begin_ = scanned_ = from;
  lines_in_ = 0;
  fields_.clear();
  field_.clear();
  place_ = Place::start;
}

void CsvRecords::finish() {
  static_cast<void>(knows_separator(true));
  // Each round ends a record or gives one line up, so it comes to an end.
  while (begin_ < buffer_.size()) {
    scan();
    if (begin_ == buffer_.size()) return;
    if (place_ == Place::quoted)
      give_up("a quote is opened and not closed");
    else
      end_record();
  }
}

}  // namespace contactor::fleet
