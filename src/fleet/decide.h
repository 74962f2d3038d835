#pragma once

#include <cstdint>
#include <optional>
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
  Millis look_settled = std::chrono::hours(24);  ///< at what is as wanted: somebody else may have changed it
  Millis renew_before = std::chrono::days(30);
  Millis silent_after = std::chrono::days(3);  ///< pending for longer than its cloud usually takes
};

struct Decision {
  Action action = Action::none;
  Why why = Why::as_wanted;
  Instant again_at;  ///< when it is looked at next; now: for what is to be done; never: only by a new wish
};

/// What to do about a vehicle, given what its cloud has. The same for every cloud: what a cloud's words mean
/// is its gateway's business.
[[nodiscard]] Decision decide(const Vehicle& vehicle, const Wanted& wanted, const Pace& pace, Instant now);

/// How long to wait after so many failures in a row: retry_base, doubled by each further one, up to
/// retry_max.
[[nodiscard]] Millis pause_after(std::uint32_t failures, const Pace& pace);
/// Has the cloud taken it, and said nothing for longer than `silent_after`?
[[nodiscard]] bool is_silent(const Vehicle& vehicle, Millis silent_after, Instant now);
/// Does its cloud have anything of it that must be taken back before it may be left alone?
[[nodiscard]] bool holds_something(const Vehicle& vehicle);

}  // namespace contactor::fleet
