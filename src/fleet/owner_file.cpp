#include "fleet/owner_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "fleet/csv.h"
#include "fleet/routes.h"
#include "fleet/utf8.h"

namespace contactor::fleet {
namespace {

enum class Column : std::uint8_t { vin, name, email, region, code, callback_url };
constexpr std::size_t kColumnCount = 6;
constexpr std::array<std::string_view, kColumnCount> kNames{"vin",    "name", "email",
                                                            "region", "code", "callback_url"};
constexpr std::array<std::size_t, kColumnCount> kBytes{64, 200, 254, 20, 2000, 2000};
constexpr std::size_t kAbsent = SIZE_MAX;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return folded;
}

bool is_visible_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_region(std::string_view text) {
  constexpr std::array<std::string_view, 6> kRegions{"europe", "eu", "north_america", "na", "china", "cn"};
  return text.empty() || std::ranges::find(kRegions, lower(text)) != kRegions.end();
}

}  // namespace

struct OwnerReader::Impl {
  OnOwner on_owner;
  OnBad on_bad;
  std::array<std::size_t, kColumnCount> columns{};
  std::size_t width = 0;  ///< fields of the header; 0: it has not been read yet
  Status state;
  std::unordered_map<Vin, std::size_t> seen;
  CsvRecords records{[this](std::size_t line, const CsvRecords::Fields& fields) { record(line, fields); },
                     [this](std::size_t line, std::string_view why) { bad(line, std::string(why)); }};

  void record(std::size_t line, const CsvRecords::Fields& fields) {
    if (!state || std::ranges::all_of(fields, [](const auto& field) { return trimmed(field).empty(); }))
      return;
    if (width == 0)
      state = header(fields);
    else
      owner(line, fields);
  }

  void bad(std::size_t line, std::string why) {
    if (!state) return;
    if (width == 0)
      state = fail(ErrorKind::invalid, "import", fmt::format("the header line: {}", why));
    else
      on_bad({.line = line, .why = std::move(why)});
  }

  Status header(const CsvRecords::Fields& fields) {
    columns.fill(kAbsent);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto* const name = std::ranges::find(kNames, lower(trimmed(fields[i])));
      if (name == kNames.end()) return refuse("there is a column of another name");
      std::size_t& column = columns[static_cast<std::size_t>(name - kNames.begin())];
      if (column != kAbsent) return refuse(fmt::format("the column {} comes twice", *name));
      column = i;
    }
    for (const Column needed : {Column::vin, Column::callback_url})
      if (columns[static_cast<std::size_t>(needed)] == kAbsent)
        return refuse(fmt::format("the column {} is missing", kNames[static_cast<std::size_t>(needed)]));
    width = fields.size();
    return {};
  }

  static Status refuse(const std::string& why) {
    return fail(ErrorKind::invalid, "import",
                fmt::format("{}; the header may name {}", why, fmt::join(kNames, ", ")));
  }

  void owner(std::size_t line, const CsvRecords::Fields& fields) {
    if (fields.size() != width)
      return bad(line, fmt::format("it has {} columns, the header has {}", fields.size(), width));
    std::array<std::string, kColumnCount> values;
    for (std::size_t i = 0; i < kColumnCount; ++i)
      if (columns[i] != kAbsent) values[i] = trimmed(fields[columns[i]]);
    const auto value = [&](Column column) -> std::string& {
      return values[static_cast<std::size_t>(column)];
    };
    const auto vin = Vin::parse(value(Column::vin));
    if (!vin) return bad(line, vin.error().detail);
    if (const std::string why = why_not(*vin, values); !why.empty())
      return bad(line, fmt::format("{}: {}", vin->masked(), why));
    const auto [first, is_new] = seen.try_emplace(*vin, line);
    if (!is_new) return bad(line, fmt::format("{} stands on line {} already", vin->masked(), first->second));
    on_owner({.line = line,
              .vin = *vin,
              .name = std::move(value(Column::name)),
              .email = std::move(value(Column::email)),
              .region = std::move(value(Column::region)),
              .code = std::move(value(Column::code)),
              .callback_url = std::move(value(Column::callback_url))});
  }

  static std::string why_not(const Vin& vin, const std::array<std::string, kColumnCount>& values) {
    for (std::size_t i = 0; i < kColumnCount; ++i) {
      if (values[i].size() > kBytes[i])
        return fmt::format("{} is longer than {} bytes", kNames[i], kBytes[i]);
      if (!is_plain_text(values[i])) return fmt::format("{} is not plain text in UTF-8", kNames[i]);
    }
    const auto value = [&](Column column) -> std::string_view {
      return values[static_cast<std::size_t>(column)];
    };
    if (Routes().of(vin, "").oem != Oem::tesla) return "the VIN is no Tesla's";
    if (!is_region(value(Column::region))) return "region is EUROPE, NORTH_AMERICA or CHINA";
    if (!is_visible_ascii(value(Column::code))) return "code has characters that no code has";
    const std::string_view url = value(Column::callback_url);
    if (!is_visible_ascii(url) || (!url.starts_with("https://") && !url.starts_with("http://")))
      return "callback_url must be an http or https URL: the one to which the consent page has sent the "
             "owner";
    return {};
  }
};

OwnerReader::OwnerReader(OnOwner on_owner, OnBad on_bad) : impl_(std::make_unique<Impl>()) {
  impl_->on_owner = std::move(on_owner);
  impl_->on_bad = std::move(on_bad);
}

OwnerReader::~OwnerReader() = default;

Status OwnerReader::feed(std::string_view piece) {
  if (impl_->state) impl_->records.feed(piece);
  return impl_->state;
}

Status OwnerReader::finish() {
  if (!impl_->state) return impl_->state;
  impl_->records.finish();
  if (impl_->state && impl_->width == 0) impl_->state = Impl::refuse("the header line is missing");
  return impl_->state;
}

}  // namespace contactor::fleet
