#include "fleet/routes.h"

#include <fmt/format.h>

#include "fleet/decide.h"
#include "vin/makes.h"

namespace contactor::fleet {
namespace {

/// `renault=hm`, the blanks around it removed.
struct Change {
  std::string_view make;
  std::string_view oem;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Result<Change> split(std::string_view text) {
  const auto sign = text.find('=');
  if (sign == std::string_view::npos)
    return fail(ErrorKind::invalid, "routes",
                fmt::format("\"{}\" is no route: write make=cloud", text.substr(0, 64)));
  return Change{.make = trimmed(text.substr(0, sign)), .oem = trimmed(text.substr(sign + 1))};
}

}  // namespace

Result<Routes> Routes::with(std::string_view changes) {
  Routes routes;
  while (!changes.empty()) {
    const auto comma = std::min(changes.find(','), changes.size());
    const std::string_view text = trimmed(changes.substr(0, comma));
    changes.remove_prefix(std::min(comma + 1, changes.size()));
    if (text.empty()) continue;
    CTR_TRY(change, split(text));
    const Make* make = find_make(change.make);
    if (make == nullptr)
      return fail(ErrorKind::invalid, "routes",
                  fmt::format("there is no make \"{}\"", change.make.substr(0, 64)));
    const auto oem = parse_oem(change.oem);
    if (!oem && !change.oem.empty())
      return fail(ErrorKind::invalid, "routes",
                  fmt::format("there is no cloud \"{}\" for {}", change.oem.substr(0, 64), make->name));
    routes.changes_.insert_or_assign(std::string(make->name), oem);
  }
  return routes;
}

std::optional<Oem> Routes::of_make(std::string_view make) const {
  const Make* known = find_make(make);
  if (known == nullptr) return std::nullopt;
  const auto changed = changes_.find(known->name);
  return changed == changes_.end() ? parse_oem(known->oem) : changed->second;
}

Routes::Route Routes::of(const Vin& vin, std::string_view typed_make) const {
  const Make* built = make_of(vin);
  const Make* typed = find_make(typed_make);
  const Make* make = built != nullptr ? built : typed;
  if (make == nullptr) return {};
  const auto changed = changes_.find(make->name);
  return {.make = make->name,
          .oem = changed == changes_.end() ? parse_oem(make->oem) : changed->second,
          .contradicts = built != nullptr && typed != nullptr && built != typed};
}

std::vector<std::pair<std::string_view, Oem>> Routes::makes_to_oem() const {
  std::vector<std::pair<std::string_view, Oem>> served;
  for (const Make& make : all_makes())
    if (const auto oem = of_make(make.name)) served.emplace_back(make.name, *oem);
  return served;
}

Place place(const Vehicle& vehicle, const Routes::Route& route) {
  const bool leaves = vehicle.oem && vehicle.oem != route.oem && holds_something(vehicle);
  return {.oem = leaves ? vehicle.oem : route.oem, .leaves = leaves};
}

Vehicle placed(Vehicle vehicle, std::optional<Oem> oem) {
  if (vehicle.oem == oem) return vehicle;
  vehicle.oem = oem;
  vehicle.cloud = {};
  vehicle.observed_at = vehicle.accepted_at = vehicle.next_check_at = Instant();
  vehicle.blocked = false;
  vehicle.failures = 0;
  return vehicle;
}

}  // namespace contactor::fleet
