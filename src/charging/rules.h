#pragma once

#include "charging/charging_event.h"
#include "charging/charging_stat.h"

namespace contactor::charging {

/// An event as it may be stored: what only means "unknown" is taken out, the registers are compared with what
/// was reported, and what cannot be is flagged and quarantined. Nothing that was reported is overwritten.
/// Idempotent.
///
/// * 0/0 is no place; a latitude without a longitude is none either.
/// * energy_difference is reported energy less the registers' difference; more than rounding is flagged
/// energy_mismatch.
/// * a register that fell without direction export is flagged counter_reset, and says nothing of the energy.
/// * without a reported energy the registers' difference is taken; with neither: energy_missing.
/// * negative energy without direction export, and an end before the start, are quarantined.
/// * identity_of gives the id.
[[nodiscard]] ChargingEvent settled(ChargingEvent event);

/// A stat as it may be stored: the same rule for its place, and identity_of gives the id. Idempotent.
[[nodiscard]] ChargingStat settled(ChargingStat stat);

/// Do both speak of one session: the same VIN, other providers, and times that overlap? An open session lasts
/// until `now`. Such events are linked by `same_as` and never merged.
[[nodiscard]] bool tell_the_same(const ChargingEvent& a, const ChargingEvent& b, Instant now);

/// Is anything different that a reader of the event would care for? Only then is a correction a new version;
/// ids, versions and times of storing do not count.
[[nodiscard]] bool same_content(const ChargingEvent& a, const ChargingEvent& b);

/// `next` as the correction of `stored`: the same id, the version after it, `supersedes` naming it.
/// @return `stored` unchanged where the content is the same.
[[nodiscard]] ChargingEvent corrected(const ChargingEvent& stored, ChargingEvent next);

}  // namespace contactor::charging
