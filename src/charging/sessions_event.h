#pragma once

#include <span>
#include <vector>

#include "charging/sessions.h"
#include "charging/sessions_cut.h"

namespace contactor::charging {

/// The charging event of one stretch.
/// @param readings  all of the device.
[[nodiscard]] Session session_of(std::span<const Reading> readings, const Stretch& stretch, Instant now);

/// Where two providers tell of one session (`tell_the_same`), the later name points to the earlier one.
/// Nothing is merged; the reader chooses whom to believe. Sorts by start.
void link_same(std::vector<Session>& sessions, Instant now);

}  // namespace contactor::charging
