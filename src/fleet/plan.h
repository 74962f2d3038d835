#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fleet/decide.h"
#include "fleet/oem.h"

namespace contactor::fleet {

/// One vehicle of a plan that is not simply as wanted. Small: a plan may hold a million of them.
struct PlanItem {
  Vin vin;
  Action action = Action::none;
  std::optional<Oem> oem;
  Why why = Why::as_wanted;
  Standing observed = Standing::unknown;
  std::uint64_t basis = 0;  ///< of everything that led to the action: another value when it has moved

  friend bool operator==(const PlanItem&, const PlanItem&) = default;
};
static_assert(sizeof(PlanItem) <= 32);

/// What a run would do. Vehicles that are as wanted are only counted.
struct Plan {
  std::string id;
  Instant made_at;
  std::vector<Oem> oems;
  std::vector<PlanItem> items;  ///< in VIN order
  std::uint64_t as_wanted = 0;
};

/// Changes whenever the vehicle's wish, route, or what its cloud has changes; not with mere time, and not
/// with the cloud's words.
[[nodiscard]] std::uint64_t basis_of(const Vehicle& vehicle, const Wanted& wanted);

inline constexpr Millis kPlanLife = std::chrono::hours(1);

/// `N` or `P%` of the active vehicles, rounded down.
struct DeactivationLimit {
  std::uint64_t count = 0;
  bool is_percent = false;
};
/// @return  nothing where the text is neither a whole number nor one from 0% to 100%.
[[nodiscard]] std::optional<DeactivationLimit> parse_limit(std::string_view text);
/// Would it switch off more than that? Nothing: it is within the limit; otherwise a sentence that says so.
[[nodiscard]] std::optional<std::string> exceeds(const Plan& plan, const DeactivationLimit& limit,
                                                 std::uint64_t active_now);

/// The plan as a file that people can read: a header, one line of six columns with tabs between them for each
/// vehicle, and a last line with their number and a checksum of all that stands above it.
[[nodiscard]] std::string to_file(const Plan& plan);
/// The same piece by piece, for plans that shall not stand in memory twice.
void write_file(const Plan& plan, const std::function<void(std::string_view piece)>& write);
/// @errors  invalid, naming the line; a file that was cut or changed is refused, and so is one of more than
///          kPlanItemsMax vehicles.
[[nodiscard]] Result<Plan> from_file(std::string_view text);
inline constexpr std::size_t kPlanItemsMax = 10'000'000;

}  // namespace contactor::fleet
