#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "fleet/decide.h"
#include "fleet/vehicle.h"

namespace contactor::fleet {

/// A vehicle after a step, and the history row that tells of it; no row where nothing changed that people
/// care about.
struct Step {
  Vehicle after;  ///< `version` = before + 1
  std::optional<HistoryEntry> entry;
};

/// Who steps, for the history.
struct Stamp {
  std::string_view run;
  Instant now;
};

/// A new wish: lifts a block, makes the vehicle due. Nothing where the wish is the one on record.
[[nodiscard]] std::optional<Step> wish(const Vehicle& before, Wish wish, const Stamp& stamp);
/// What stood in the way was removed outside: lifts a block and every pause. Nothing where none holds it.
[[nodiscard]] std::optional<Step> lift(const Vehicle& before, const Stamp& stamp);
/// What the cloud has, as read. Ends an open intent: its outcome is what is observed. An error, and a vehicle
/// that the answer left out (`Standing::unknown`), leave the status as it was and only move the next look.
[[nodiscard]] Step observe(const Vehicle& before, const Result<CloudState>& seen, const Wanted& wanted,
                           const Pace& pace, const Stamp& stamp);
/// About to call: commits the intent. @pre  before.intent == none.
[[nodiscard]] Step intend(const Vehicle& before, Intent intent, Oem oem, const Stamp& stamp);
/// How the call ended. `applied = maybe` and `unknown` keep the intent open: the next look ends it.
/// @pre  before.intent != none.
[[nodiscard]] Step settle(const Vehicle& before, const Result<CloudState>& answer, const Wanted& wanted,
                          const Pace& pace, const Stamp& stamp);

inline constexpr std::size_t kDetailBytes = 555;
/// A cloud's own words as they are kept: well-formed UTF-8 of one line, cut between characters.
[[nodiscard]] std::string kept_detail(std::string_view words);

}  // namespace contactor::fleet
