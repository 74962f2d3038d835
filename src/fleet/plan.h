#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "fleet/decide.h"

namespace contactor::fleet {

/// One vehicle of a plan that is not simply as wanted.
struct PlanItem {
  Vin vin;
  Action action = Action::none;
  std::optional<Oem> oem;
  std::string why;
  Standing observed = Standing::unknown;
  std::uint64_t basis = 0;  ///< of everything that led to the action: another value when it has moved
};

/// What a run would do. Vehicles that are as wanted are only counted.
struct Plan {
  std::string id;
  Instant made_at;
  std::vector<Oem> oems;
  std::vector<PlanItem> items;  ///< in VIN order
  std::uint64_t as_wanted = 0;
};

/// Changes whenever the vehicle's wish, route, or what its cloud has changes; not with mere time.
[[nodiscard]] std::uint64_t basis_of(const Vehicle& vehicle, const Wanted& wanted);

inline constexpr Millis kPlanLife = std::chrono::hours(1);

/// `N` or `P%` of the active vehicles.
struct DeactivationLimit {
  std::uint64_t count = 0;
  bool is_percent = false;
};
[[nodiscard]] std::optional<DeactivationLimit> parse_limit(std::string_view text);
/// Would it switch off more than that? Nothing: it is within the limit; otherwise a sentence that says so.
[[nodiscard]] std::optional<std::string> exceeds(const Plan& plan, const DeactivationLimit& limit,
                                                 std::uint64_t active_now);

/// The plan as a file: one JSON object a line, a header first, with a checksum of the whole at the end.
[[nodiscard]] std::string to_file(const Plan& plan);
/// @errors  invalid, naming the line; a file that was cut or changed is refused.
[[nodiscard]] Result<Plan> from_file(std::string_view text);

}  // namespace contactor::fleet
