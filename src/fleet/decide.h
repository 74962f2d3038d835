#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fleet/vehicle.h"
#include "fleet/wanted.h"

namespace contactor::fleet {

enum class Action : std::uint8_t {
  none,  ///< as wanted, or nobody has said what is wanted
  activate,
  deactivate,
  renew,     ///< active and wanted, but the cloud's contract ends soon
  wait,      ///< under way, or its pause is not over
  blocked,   ///< refused for a reason that only people can lift
  unmapped,  ///< no cloud serves it
  look,      ///< what the cloud has could not be read: nothing is done on a guess
};
[[nodiscard]] std::string_view to_string(Action action);
[[nodiscard]] std::optional<Action> parse_action(std::string_view name);

/// How long things may take and when to try again.
struct Pace {
  Millis retry_base = std::chrono::minutes(5);
  Millis retry_max = std::chrono::hours(24);
  Millis look_again = std::chrono::minutes(30);  ///< at what is under way
  Millis renew_before = std::chrono::days(30);
  Millis silent_after = std::chrono::days(3);  ///< pending for longer than its cloud usually takes
};

struct Decision {
  Action action = Action::none;
  std::string why;   ///< one clause for people
  Instant again_at;  ///< for wait, blocked and look: when it is looked at next; never: only by a new wish
};

/// What to do about a vehicle, given what its cloud has. The same for every cloud: what a cloud's words mean
/// is its gateway's business.
[[nodiscard]] Decision decide(const Vehicle& vehicle, const Wanted& wanted, const Pace& pace, Instant now);

}  // namespace contactor::fleet
