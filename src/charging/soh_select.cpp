#include "charging/soh_select.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <unordered_set>

namespace contactor::charging {
namespace {

/// What one session differs from the next by, apart from rounding: temperature, balancing, losses of the day.
constexpr double kSessionSpread = 0.015;
constexpr double kCapacityMin = 1'000;
constexpr double kCapacityMax = 2'000'000;
/// More than that on average comes from no on-board charger.
constexpr double kAcWattsMax = 25'000;

bool is_state_of_charge(MilliPercent value) { return value.count() >= 0 && value.count() <= 100'000; }

std::optional<SohRejection> flaw_of(const SohSession& s) {
  if (s.quarantined) return SohRejection::quarantined;
  if (!s.ended_at) return SohRejection::still_open;
  if (s.direction == Direction::export_) return SohRejection::exported;
  if (!s.start_state_of_charge || !s.end_state_of_charge) return SohRejection::no_state_of_charge;
  if (!is_state_of_charge(*s.start_state_of_charge) || !is_state_of_charge(*s.end_state_of_charge))
    return SohRejection::impossible_state_of_charge;
  if (s.end_state_of_charge->count() - s.start_state_of_charge->count() < kSohChangeMin.count())
    return SohRejection::too_little_change;
  if (!s.energy || s.energy->count() <= 0) return SohRejection::no_energy;
  for (const Flag flag : {Flag::gap, Flag::energy_missing})
    if (s.quality.has(flag)) return SohRejection::energy_incomplete;
  for (const Flag flag : {Flag::energy_mismatch, Flag::negative_energy, Flag::end_before_start})
    if (s.quality.has(flag)) return SohRejection::energy_contradictory;
  return std::nullopt;
}

MeasuredAt measured_at_of(const SohSession& s) {
  const double hours =
      (static_cast<double>(s.ended_at->millis()) - static_cast<double>(s.started_at.millis())) / 3'600'000;
  const double watt_hours = static_cast<double>(s.energy->count()) / 1e6;
  const bool is_fast = hours > 0 && watt_hours / hours > kAcWattsMax;
  return s.measured_at == MeasuredAt::unknown && is_fast ? MeasuredAt::dc : s.measured_at;
}

SohCandidate candidate_of(const SohSession& s, const SohLosses& losses) {
  SohCandidate it{.session = &s, .measured_at = measured_at_of(s)};
  it.change = static_cast<double>(s.end_state_of_charge->count() - s.start_state_of_charge->count()) / 1e5;
  const double efficiency = static_cast<double>(efficiency_at(losses, it.measured_at).value.count()) / 1e5;
  it.capacity_wh = static_cast<double>(s.energy->count()) / 1e6 * efficiency / it.change;
  return it;
}

/// The step that all states of charge were rounded to: most vehicles tell whole percents, some halves.
double resolution_of(const std::vector<SohCandidate>& candidates) {
  static constexpr std::array<std::int64_t, 4> kSteps{1000, 500, 400, 100};
  const auto is_step = [&](std::int64_t step) {
    return std::ranges::all_of(candidates, [step](const SohCandidate& c) {
      return c.session->start_state_of_charge->count() % step == 0 &&
             c.session->end_state_of_charge->count() % step == 0;
    });
  };
  for (const std::int64_t step : kSteps)
    if (is_step(step)) return static_cast<double>(step) / 1e5;
  return 1e-5;
}

}  // namespace

SohSession to_soh_session(const Session& session, MeasuredAt measured_at) {
  const ChargingEvent& event = session.event;
  return {.id = event.id,
          .started_at = event.started_at,
          .ended_at = event.ended_at,
          .direction = event.direction,
          .energy = session.energy,
          .start_state_of_charge = event.start_state_of_charge,
          .end_state_of_charge = event.end_state_of_charge,
          .odometer = session.odometer,
          .measured_at = measured_at,
          .quality = event.quality,
          .quarantined = event.quarantined};
}

const Efficiency& efficiency_at(const SohLosses& losses, MeasuredAt measured_at) {
  switch (measured_at) {
    case MeasuredAt::ac:
      return losses.ac;
    case MeasuredAt::dc:
      return losses.dc;
    case MeasuredAt::battery:
      return losses.battery;
    case MeasuredAt::unknown:
      break;
  }
  return losses.unknown;
}

SohSelection select_sessions(std::span<const SohSession> sessions, const SohLosses& losses) {
  std::vector<const SohSession*> sorted;
  sorted.reserve(sessions.size());
  for (const SohSession& session : sessions) sorted.push_back(&session);
  std::ranges::sort(sorted, {}, [](const SohSession* s) {
    return std::tuple(s->started_at, s->id, s->ended_at, s->energy);
  });
  SohSelection found;
  std::unordered_set<IdOf<ChargingEvent>> seen;
  for (const SohSession* session : sorted) {
    auto flaw = flaw_of(*session);
    if (!seen.insert(session->id).second) flaw = SohRejection::told_twice;
    if (!flaw) {
      const SohCandidate it = candidate_of(*session, losses);
      if (it.capacity_wh >= kCapacityMin && it.capacity_wh <= kCapacityMax)
        found.candidates.push_back(it);
      else
        flaw = SohRejection::impossible_capacity;
    }
    if (flaw) found.rejected.push_back({session->id, *flaw});
  }
  std::ranges::sort(found.candidates, {},
                    [](const SohCandidate& c) { return std::tuple(*c.session->ended_at, c.session->id); });
  if (found.candidates.size() > kSohSessionsMax) {
    const auto end = found.candidates.end() - kSohSessionsMax;
    for (auto old = found.candidates.begin(); old != end; ++old)
      found.rejected.push_back({old->session->id, SohRejection::older_than_needed});
    found.candidates.erase(found.candidates.begin(), end);
  }
  // Two values, each rounded evenly over one step.
  const double rounding = resolution_of(found.candidates) / std::sqrt(6.0);
  for (SohCandidate& it : found.candidates)
    it.sd_wh = it.capacity_wh * std::hypot(rounding / it.change, kSessionSpread);
  return found;
}

}  // namespace contactor::charging
