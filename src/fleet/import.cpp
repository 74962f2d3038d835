#include "fleet/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include "fleet/csv.h"
#include "fleet/hash.h"
#include "fleet/utf8.h"

namespace contactor::fleet {
namespace {

enum class Column : std::uint8_t { vin, fleet, requested, start, end, make, model, type, comment };
constexpr std::size_t kColumnCount = 9;
constexpr std::array<std::string_view, kColumnCount> kColumnNames{"vin",
                                                                  "fleet",
                                                                  "activation_requested_status",
                                                                  "activation_start_date",
                                                                  "activation_end_date",
                                                                  "make",
                                                                  "model",
                                                                  "type",
                                                                  "comment"};

constexpr std::array<std::string_view, 10> kYes{"true", "yes", "on",  "t",    "y",
                                                "1",    "ja",  "oui", "vrai", "wahr"};
constexpr std::array<std::string_view, 10> kNo{"false", "no",   "off", "f",    "n",
                                               "0",     "nein", "non", "faux", "falsch"};

constexpr std::size_t kNameBytes = 100;
constexpr std::size_t kCommentBytes = 255;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// Cells of a spreadsheet may hold several lines.
std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool is_blank = c == '\r' || c == '\n' || c == '\t';
    if (!is_blank) line += c;
    if (is_blank && !line.ends_with(' ')) line += ' ';
  }
  return line;
}

std::string lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return folded;
}

std::uint64_t hash_of(const Wish& wish) {
  Hash hash;
  hash.add(wish.requested ? std::uint64_t{1} + *wish.requested : 0);
  for (const auto& day : {wish.start, wish.end})
    hash.add(day ? static_cast<std::uint64_t>(day->time_since_epoch().count()) : UINT64_MAX);
  for (const auto* text : {&wish.fleet, &wish.make, &wish.model, &wish.type, &wish.comment})
    hash.add(text->size()).add(*text);
  return hash.value();
}

/// One record on its way to a vehicle. The first thing that is wrong with it is kept.
class Record {
 public:
  Record(const std::array<std::size_t, kColumnCount>& columns, const CsvRecords::Fields& fields)
      : columns_(columns), fields_(fields) {}

  [[nodiscard]] std::string_view value(Column column) const {
    const std::size_t at = columns_[static_cast<std::size_t>(column)];
    return at < fields_.size() ? trimmed(fields_[at]) : std::string_view();
  }
  std::string text(Column column, std::size_t bytes) {
    const std::string found = on_one_line(value(column));
    if (found.size() > bytes) complain(fmt::format("{} is longer than {} bytes", name(column), bytes));
    if (!is_plain_text(found)) complain(fmt::format("{} is not plain text in UTF-8", name(column)));
    return found;
  }
  std::optional<Day> day(Column column) {
    if (value(column).empty()) return std::nullopt;
    const auto day = parse_day(value(column));
    if (!day) complain(fmt::format("{} is no day: write it like 2026-11-21", name(column)));
    return day;
  }
  std::optional<bool> flag(Column column) {
    const std::string word = lower(value(column).substr(0, 16));
    if (word.empty()) return std::nullopt;
    const bool is_yes = std::ranges::find(kYes, word) != kYes.end();
    if (!is_yes && std::ranges::find(kNo, word) == kNo.end())
      complain(fmt::format("{} is neither true nor false", name(column)));
    return is_yes;
  }
  void complain(std::string why) {
    if (why_.empty()) why_ = std::move(why);
  }
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  static std::string_view name(Column column) { return kColumnNames[static_cast<std::size_t>(column)]; }

  const std::array<std::size_t, kColumnCount>& columns_;
  const CsvRecords::Fields& fields_;
  std::string why_;
};

Wish wish_of(Record& record) {
  Wish wish;
  wish.fleet = record.text(Column::fleet, kNameBytes);
  wish.requested = record.flag(Column::requested);
  wish.start = record.day(Column::start);
  wish.end = record.day(Column::end);
  wish.make = record.text(Column::make, kNameBytes);
  wish.model = record.text(Column::model, kNameBytes);
  wish.type = record.text(Column::type, kNameBytes);
  wish.comment = record.text(Column::comment, kCommentBytes);
  if (wish.start && wish.end && *wish.start > *wish.end)
    record.complain("activation_end_date lies before activation_start_date");
  return wish;
}

}  // namespace

struct CsvReader::Impl {
  struct First {
    std::uint64_t wish;
    std::size_t line;
  };

  OnVehicle on_vehicle;
  OnBad on_bad;
  std::array<std::size_t, kColumnCount> columns{};
  std::size_t width = 0;  ///< fields of the header; 0: it has not been read yet
  Status state;
  std::unordered_map<Vin, First> seen;
  CsvRecords records{[this](std::size_t line, CsvRecords::Fields fields) { record(line, fields); },
                     [this](std::size_t line, std::string_view why) { bad(line, std::string(why)); }};

  void record(std::size_t line, const CsvRecords::Fields& fields) {
    if (!state || std::ranges::all_of(fields, [](const auto& field) { return trimmed(field).empty(); }))
      return;
    if (width == 0)
      state = header(fields);
    else
      vehicle(line, fields);
  }

  void bad(std::size_t line, std::string why) {
    if (!state) return;
    if (width == 0)
      state = fail(ErrorKind::invalid, "import", fmt::format("the header line: {}", why));
    else
      on_bad({.line = line, .why = std::move(why)});
  }

  Status header(const CsvRecords::Fields& fields) {
    constexpr std::size_t absent = SIZE_MAX;
    columns.fill(absent);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto* name = std::ranges::find(kColumnNames, lower(trimmed(fields[i])));
      if (name == kColumnNames.end())
        return refuse(fmt::format("there is no column \"{}\"", shown(fields[i])));
      std::size_t& column = columns[static_cast<std::size_t>(name - kColumnNames.begin())];
      if (column != absent) return refuse(fmt::format("the column {} comes twice", *name));
      column = i;
    }
    if (columns[0] == absent) return refuse("the column vin is missing");
    width = fields.size();
    return {};
  }

  static Status refuse(const std::string& why) {
    return fail(ErrorKind::invalid, "import",
                fmt::format("{}; the header may name {}", why, fmt::join(kColumnNames, ", ")));
  }

  static std::string shown(std::string_view name) {
    const std::string_view start = trimmed(name).substr(0, 40);
    return is_plain_text(start) ? std::string(start) : std::string("(not text in UTF-8)");
  }

  void vehicle(std::size_t line, const CsvRecords::Fields& fields) {
    if (fields.size() != width)
      return bad(line, fmt::format("it has {} columns, the header has {}", fields.size(), width));
    Record record(columns, fields);
    const auto vin = Vin::parse(record.value(Column::vin));
    if (!vin) return bad(line, vin.error().detail);
    Wish wish = wish_of(record);
    if (!record.why().empty()) return bad(line, fmt::format("{}: {}", vin->masked(), record.why()));
    const std::uint64_t hash = hash_of(wish);
    const auto [first, is_new] = seen.try_emplace(*vin, First{.wish = hash, .line = line});
    if (is_new) return on_vehicle({.line = line, .vin = *vin, .wish = std::move(wish)});
    if (first->second.wish != hash)
      bad(line, fmt::format("{} stands on line {} with another wish", vin->masked(), first->second.line));
  }
};

CsvReader::CsvReader(OnVehicle on_vehicle, OnBad on_bad) : impl_(std::make_unique<Impl>()) {
  impl_->on_vehicle = std::move(on_vehicle);
  impl_->on_bad = std::move(on_bad);
}

CsvReader::~CsvReader() = default;

Status CsvReader::feed(std::string_view piece) {
  if (impl_->state) impl_->records.feed(piece);
  return impl_->state;
}

Status CsvReader::finish() {
  if (!impl_->state) return impl_->state;
  impl_->records.finish();
  if (impl_->state && impl_->width == 0) impl_->state = Impl::refuse("the header line is missing");
  return impl_->state;
}

}  // namespace contactor::fleet
