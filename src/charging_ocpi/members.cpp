#include "charging_ocpi/members.h"

#include "charging/catalogue.h"
#include "charging_json/read_value.h"
#include "json/json.h"

namespace contactor::charging_ocpi {
namespace {

using charging::FieldInfo;

constexpr std::size_t kMomentBytesMax = 40;

FieldInfo limits(charging::Range range, int decimals = 0) {
  FieldInfo info{};
  info.range = range;
  info.decimals = decimals;
  return info;
}

bool is_empty_text(const boost::json::value& from) {
  const auto* text = from.if_string();
  return text != nullptr && text->empty();
}

}  // namespace

const boost::json::value* Members::find(std::string_view path) const {
  const json::object* at = &from_;
  for (;;) {
    const auto dot = path.find('.');
    const json::value* found = at->if_contains(path.substr(0, dot));
    if (found == nullptr || found->is_null()) return nullptr;
    if (dot == std::string_view::npos) return found;
    at = found->if_object();
    if (at == nullptr) return nullptr;
    path.remove_prefix(dot + 1);
  }
}

const boost::json::value* Members::find(std::string_view path, Need need) {
  const auto* found = find(path);
  if (found == nullptr && need == Need::required) blame(path, "is missing");
  return found;
}

void Members::blame(std::string_view path, std::string_view what) {
  if (!fault_) fault_ = std::string(path).append(" ").append(what);
}

std::optional<std::string> Members::text(std::string_view path, std::int64_t bytes_max, Need need) {
  const auto* found = find(path, need);
  // Some send "" for what they do not have.
  if (found == nullptr || (need == Need::optional && is_empty_text(*found))) return std::nullopt;
  std::string out;
  if (const auto complaint = charging_json::read_text(*found, limits({1, bytes_max}), out)) {
    blame(path, *complaint);
    return std::nullopt;
  }
  return out;
}

std::optional<std::int64_t> Members::number(std::string_view path, int decimals, charging::Range range,
                                            Need need) {
  const auto* found = find(path, need);
  if (found == nullptr) return std::nullopt;
  std::int64_t out = 0;
  if (const auto complaint = charging_json::read_number(*found, limits(range, decimals), out)) {
    blame(path, *complaint);
    return std::nullopt;
  }
  return out;
}

std::optional<Instant> Members::moment(std::string_view path, Need need) {
  const auto* found = find(path, need);
  if (found == nullptr) return std::nullopt;
  const auto* text = found->if_string();
  if (text != nullptr && text->size() <= kMomentBytesMax) {
    const std::string as_sent(*text);
    auto at = parse_rfc3339(as_sent);
    if (!at) at = parse_rfc3339(as_sent + "Z");
    if (at && at->millis() >= charging::kMoment.min && at->millis() <= charging::kMoment.max) return at;
  }
  blame(path, "must be a moment like 2026-11-21T06:38:14Z");
  return std::nullopt;
}

const boost::json::array* Members::list(std::string_view path) {
  const auto* found = find(path);
  if (found == nullptr) return nullptr;
  const auto* items = found->if_array();
  if (items == nullptr) blame(path, "must be a list");
  return items;
}

bool Members::is_true(std::string_view path) {
  const auto* found = find(path);
  const auto* flag = found == nullptr ? nullptr : found->if_bool();
  return flag != nullptr && *flag;
}

}  // namespace contactor::charging_ocpi
