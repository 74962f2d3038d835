#include "fleet/reasons.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "fleet/names.h"
#include "fleet/reason_mapping.h"
#include "vin/makes.h"

namespace contactor::fleet {
namespace {

constexpr auto kActors = names_of<Actor>({"nobody", "driver", "owner", "operator", "oem", "support"});

/// MAKES_WITH_SOH_BIB: makes whose state of health can be computed.
constexpr std::string_view kMakesWithSohBib[] = {"tesla", "mercedes-benz", "kia", "renault", "ford"};

/// MAKES_WITH_SOH_BIB_WO_MODEL_API: of those, the ones whose maker tells no model.
constexpr std::string_view kMakesWithSohBibWoModelApi[] = {"mercedes-benz", "ford"};

/// What every cloud may say or fail to say, once for each of them.
std::vector<Reason> make_table() {
  std::vector<Reason> table;
  for (const Oem oem : all_oems) {
    for (const Reason& reason : reason_mapping())
      if (reason.oem == oem) table.push_back(reason);
    for (Reason reason : common_reasons()) {
      reason.oem = oem;
      table.push_back(reason);
    }
  }
  return table;
}

const std::vector<Reason>& table() {
  static const std::vector<Reason> rows = make_table();
  return rows;
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool contains(std::span<const std::string_view> makes, std::string_view make) {
  const Make* known = find_make(make);
  return known != nullptr && std::ranges::find(makes, known->name) != makes.end();
}

Status contradiction(std::string detail) { return fail(ErrorKind::internal, "reasons", std::move(detail)); }

Status check_reasons() {
  std::set<std::pair<Oem, std::string_view>> seen;
  for (const Reason& reason : table()) {
    if (reason.text.empty() || reason.todo.empty() || reason.key != reason_key(reason.key))
      return contradiction(
          fmt::format("REASON_MAPPING: {} {} is not whole", to_string(reason.oem), reason.key));
    if (!seen.insert({reason.oem, reason.key}).second)
      return contradiction(
          fmt::format("REASON_MAPPING: {} {} stands twice", to_string(reason.oem), reason.key));
  }
  return {};
}

}  // namespace

std::string_view to_string(Actor actor) { return kActors.text(actor); }

std::span<const Reason> all_reasons() { return table(); }

std::string reason_key(std::string_view words) {
  std::string key;
  for (const char c : words) {
    if (is_letter_or_digit(c))
      key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    else if (!key.empty() && key.back() != '_')
      key += '_';
  }
  if (key.ends_with('_')) key.pop_back();
  return key;
}

const Reason& find_reason(Oem oem, std::string_view key) {
  const auto& rows = table();
  const auto find = [&](std::string_view wanted) {
    return std::ranges::find_if(rows, [&](const Reason& row) { return row.oem == oem && row.key == wanted; });
  };
  auto row = find(key);
  if (row == rows.end()) row = find("unknown_reason");
  CTR_ASSERT(row != rows.end());
  return *row;
}

bool has_soh(std::string_view make) { return contains(kMakesWithSohBib, make); }
bool needs_model_by_hand(std::string_view make) { return contains(kMakesWithSohBibWoModelApi, make); }

Status check_makes(std::span<const std::string_view> with_soh,
                   std::span<const std::string_view> without_model_api) {
  for (const auto makes : {with_soh, without_model_api})
    for (const std::string_view make : makes)
      if (const Make* known = find_make(make); known == nullptr || known->name != make)
        return contradiction(fmt::format("MAKES_WITH_SOH_BIB: there is no make \"{}\"", make));
  for (const std::string_view make : without_model_api)
    if (std::ranges::find(with_soh, make) == with_soh.end())
      return contradiction(
          fmt::format("MAKES_WITH_SOH_BIB_WO_MODEL_API holds {}, MAKES_WITH_SOH_BIB does not", make));
  return {};
}

Status check_tables() {
  for (const Make& make : all_makes())
    if (!make.oem.empty() && !parse_oem(make.oem))
      return contradiction(
          fmt::format("MAKES_TO_OEM: {} goes to \"{}\", which is no cloud", make.name, make.oem));
  CTR_CHECK(check_makes(kMakesWithSohBib, kMakesWithSohBibWoModelApi));
  return check_reasons();
}

}  // namespace contactor::fleet
