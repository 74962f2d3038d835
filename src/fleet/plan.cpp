#include "fleet/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "fleet/hash.h"

namespace contactor::fleet {
namespace {

constexpr std::uint64_t kActiveCountMax = UINT64_MAX / 100;

std::uint64_t hash_of(const std::optional<Day>& day) {
  return day ? static_cast<std::uint64_t>(day->time_since_epoch().count()) + 1 : 0;
}

std::uint64_t allowed(const DeactivationLimit& limit, std::uint64_t active_now) {
  if (!limit.is_percent) return limit.count;
  return std::min(active_now, kActiveCountMax) * limit.count / 100;
}

}  // namespace

std::uint64_t basis_of(const Vehicle& vehicle, const Wanted& wanted) {
  Hash hash;
  hash.add(vehicle.vin.str());
  hash.add(vehicle.wish.requested ? std::uint64_t{1} + *vehicle.wish.requested : 0);
  hash.add(hash_of(vehicle.wish.start)).add(hash_of(vehicle.wish.end));
  hash.add(vehicle.wish.fleet.size()).add(vehicle.wish.fleet);
  hash.add(std::uint64_t{2} * wanted.decided + wanted.active);
  hash.add(vehicle.oem ? static_cast<std::uint64_t>(*vehicle.oem) + 1 : 0);
  hash.add(static_cast<std::uint64_t>(vehicle.cloud.standing));
  hash.add(vehicle.cloud.handle.size()).add(vehicle.cloud.handle);
  hash.add(static_cast<std::uint64_t>(vehicle.cloud.valid_until.millis()));
  hash.add(vehicle.blocked)
      .add(static_cast<std::uint64_t>(vehicle.intent))
      .add(std::uint64_t{vehicle.intents});
  return hash.value();
}

std::optional<DeactivationLimit> parse_limit(std::string_view text) {
  DeactivationLimit limit;
  if (text.ends_with('%')) {
    limit.is_percent = true;
    text.remove_suffix(1);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit.count);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (limit.is_percent && limit.count > 100) return std::nullopt;
  return limit;
}

std::optional<std::string> exceeds(const Plan& plan, const DeactivationLimit& limit,
                                   std::uint64_t active_now) {
  const auto deactivations = static_cast<std::uint64_t>(
      std::ranges::count(plan.items, Action::deactivate, [](const PlanItem& item) { return item.action; }));
  if (deactivations <= allowed(limit, active_now)) return std::nullopt;
  return fmt::format("{} of {} active vehicles would be switched off, at most {}{} may be", deactivations,
                     active_now, limit.count, limit.is_percent ? "%" : "");
}

}  // namespace contactor::fleet
