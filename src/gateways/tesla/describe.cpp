#include <algorithm>

#include "gateways/tesla/wire.h"
#include "json/json.h"

namespace contactor::gateways::tesla {
namespace {

/// A type by what stands in the name of the option: both words, the second behind the first.
struct TypeRule {
  std::string_view model;
  std::string_view first;
  std::string_view second;
  std::string_view type;
};
/// The first that fits counts. @source  oem.md 2.5.
constexpr TypeRule kTypes[]{
    {"model 3", "standard range plus rwd", "", "rwd"},
    {"model 3", "rear wheel drive", "", "rwd"},
    {"model 3", "performance", "", "performance"},
    {"model 3", "long range", "all wheel drive", "long range awd"},
    {"model s", "100d", "", "100d"},
    {"model s", "75d", "", "75d"},
    {"model s", "long range plus", "", "long range plus"},
    {"model s", "long range", "", "long range"},
    {"model s", "plaid", "", "plaid"},
    {"model s", "performance", "", "performance"},
    {"model s", "standard range", "", "standard range"},
    {"model x", "long range plus", "", "long range plus"},
    {"model x", "long range", "", "long range"},
    {"model y", "long range rwd", "", "long range rwd"},
    {"model y", "long range", "all wheel drive", "long range awd"},
    {"model y", "performance awd", "", "performance"},
    {"model y", "rear wheel drive", "", "rwd"},
};

std::string lowered(std::string_view text) {
  std::string out(text.substr(0, 300));
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-') c = ' ';  // "All-Wheel Drive"
  }
  return out;
}

std::string type_of(std::string_view model, std::string_view display_name) {
  const std::string name = lowered(display_name);
  for (const TypeRule& rule : kTypes) {
    const auto at = rule.model == model ? name.find(rule.first) : std::string::npos;
    if (at != std::string::npos && name.find(rule.second, at + rule.first.size()) != std::string::npos)
      return std::string(rule.type);
  }
  return {};
}

/// Two batteries were sold under one code: the plant, the VIN's eleventh character, tells which.
std::string version_of(std::string_view code, const Vin& vin) {
  std::string version(code.substr(1, 50));
  if (version == "MTY13") version += vin.str()[10] == 'C' ? 'C' : 'B';
  return version;
}

Error as_error(const Result<fleet::CloudState>& refusal) {
  if (!refusal) return refusal.error();
  return {.kind = refusal->reason == "not_shared" ? ErrorKind::not_found : ErrorKind::unauthorized,
          .applied = Applied::no,
          .retry_after = {},
          .origin = "tesla",
          .detail = refusal->detail};
}

/// The list under this key. @errors  as `read_refusal`.
Result<json::array> list_in(const ports::HttpResponse& response, std::string_view key, Instant now) {
  if (response.status != 200) return fail(as_error(read_refusal(response, Applied::no, now)));
  const auto document = json::parse(response.body);
  const auto* body = document ? document->if_object() : nullptr;
  const auto* list = body == nullptr ? nullptr : json::array_at(*body, key);
  if (list == nullptr) return fail(ErrorKind::protocol, "tesla", fmt::format("the answer has no {}", key));
  return *list;
}

std::optional<fleet::Day> start_of(std::string_view expiration, int years) {
  const auto end = parse_rfc3339(expiration);
  if (!end) return std::nullopt;
  const std::chrono::sys_time<Millis> at{Millis(end->millis())};
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(at));
  std::chrono::year_month_day start = day - std::chrono::years(years);
  // The 29 February of four years ago, seen from a year that has none.
  if (!start.ok()) start = start.year() / start.month() / std::chrono::last;
  return std::chrono::sys_days(start);
}

}  // namespace

Status read_options(const ports::HttpResponse& response, const Vin& vin, std::string_view model,
                    fleet::ModelFacts& facts, Instant now) {
  CTR_TRY(codes, list_in(response, "codes", now));
  facts.version = "MTU";
  for (const json::value& entry : codes) {
    if (!entry.is_object()) continue;
    const std::string code = json::short_text_at(entry.get_object(), "code", 60);
    if (!code.starts_with("$MT")) continue;
    facts.version = version_of(code, vin);
    facts.type = type_of(model, json::short_text_at(entry.get_object(), "displayName", 300));
    break;
  }
  return {};
}

Status read_warranty(const ports::HttpResponse& response, fleet::ModelFacts& facts, Instant now) {
  CTR_TRY(warranties, list_in(response, "activeWarranty", now));
  if (warranties.size() < 2 || !warranties[1].is_object()) return {};
  const json::object& battery = warranties[1].get_object();
  const auto years = json::integer_at(battery, "coverageAgeInYears");
  const auto km = json::integer_at(battery, "expirationOdometer");
  if (km && *km > 0 && *km <= kUnlimitedKm) facts.warranty_km = *km;
  if (!years || *years < 1 || *years > 50) return {};
  facts.warranty_years = static_cast<int>(*years);
  facts.first_registration =
      start_of(json::string_at(battery, "expirationDate").value_or(""), static_cast<int>(*years));
  return {};
}

}  // namespace contactor::gateways::tesla
