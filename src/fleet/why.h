#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace contactor::fleet {

/// Why something is wanted or done, one clause for people each. A number in memory, because a plan may hold a
/// million of them.
enum class Why : std::uint8_t {
  nobody_said,
  contradictory_window,
  empty_window,
  not_requested,
  before_first_day,
  after_last_day,
  requested,
  as_wanted,
  contract_ends_soon,
  in_progress,
  silent,       ///< in progress for longer than its cloud usually takes
  being_ended,  ///< must be over before it can be asked for again
  pausing,      ///< tries have failed; the next one has its time
  refused,      ///< only people can lift it
  open_call,    ///< a call was begun whose outcome nobody has seen
  never_read,
  not_readable,
  no_cloud,
  moves,  ///< its make is served by another cloud now
};
/// "before its first day", …
[[nodiscard]] std::string_view to_string(Why why);
/// The enumerator's name as it stands in files: "before_first_day".
[[nodiscard]] std::string_view name_of(Why why);
[[nodiscard]] std::optional<Why> parse_why(std::string_view name);

}  // namespace contactor::fleet
