#include "charging/rules.h"

#include "charging/identity.h"

namespace contactor::charging {
namespace {

/// Reported kWh have three decimals, so the registers may differ by half of the last one.
constexpr std::int64_t kRoundingMicroWattHours = 500'000;

template <class Model>
void settle_place(Model& model) {
  const bool both = model.latitude && model.longitude;
  const bool neither = !model.latitude && !model.longitude;
  if (neither || (both && (model.latitude->count() != 0 || model.longitude->count() != 0))) return;
  model.latitude.reset();
  model.longitude.reset();
  model.quality.add(Flag::placeholder_dropped);
}

/// What the registers say was charged; nothing where they say nothing.
std::optional<MicroWattHours> by_registers(ChargingEvent& event) {
  if (!event.start_energy || !event.end_energy) return std::nullopt;
  const auto difference = checked_subtract(*event.end_energy, *event.start_energy);
  if (difference && difference->count() < 0 && event.direction != Direction::export_) {
    event.quality.add(Flag::counter_reset);
    return std::nullopt;
  }
  return difference;
}

bool within(MicroWattHours energy, std::int64_t limit) {
  return energy.count() >= -limit && energy.count() <= limit;
}

void settle_energy(ChargingEvent& event) {
  event.energy_difference.reset();
  const auto registers = by_registers(event);
  if (!event.energy && registers && within(*registers, kRegister.max))
    event.energy = to_watt_hours(*registers);
  if (!event.energy) {
    // An open session has not said yet what it charged.
    if (event.ended_at) event.quality.add(Flag::energy_missing);
    return;
  }
  if (const auto reported = to_micro_watt_hours(*event.energy); registers && reported)
    event.energy_difference = checked_subtract(*reported, *registers);
  if (event.energy_difference && !within(*event.energy_difference, kRoundingMicroWattHours))
    event.quality.add(Flag::energy_mismatch);
  // What cannot be written as an exact JSON number is no difference that anybody can use.
  if (event.energy_difference && !within(*event.energy_difference, kRegister.max))
    event.energy_difference.reset();
  if (event.energy->count() < 0 && event.direction != Direction::export_) {
    event.quality.add(Flag::negative_energy);
    event.quarantined = true;
  }
}

void settle_order(ChargingEvent& event) {
  if (!event.ended_at) return;
  if (*event.ended_at < event.started_at) {
    event.quality.add(Flag::end_before_start);
    event.quarantined = true;
  } else if (!event.duration) {
    event.duration = Seconds((*event.ended_at - event.started_at).count() / 1000);
  }
}

bool overlap(const ChargingEvent& a, const ChargingEvent& b, Instant now) {
  return a.started_at < b.ended_at.value_or(now) && b.started_at < a.ended_at.value_or(now);
}

}  // namespace

ChargingEvent settled(ChargingEvent event) {
  settle_place(event);
  settle_energy(event);
  settle_order(event);
  event.id = identity_of(event);
  return event;
}

ChargingStat settled(ChargingStat stat) {
  settle_place(stat);
  stat.id = identity_of(stat);
  return stat;
}

bool tell_the_same(const ChargingEvent& a, const ChargingEvent& b, Instant now) {
  return a.vin && a.vin == b.vin && a.provider != b.provider && overlap(a, b, now);
}

bool same_content(const ChargingEvent& a, const ChargingEvent& b) {
  ChargingEvent other = b;
  other.id = a.id;
  other.version = a.version;
  other.supersedes = a.supersedes;
  other.same_as = a.same_as;
  other.credential_id = a.credential_id;
  other.vehicle_id = a.vehicle_id;
  other.location_id = a.location_id;
  other.created_at = a.created_at;
  other.updated_at = a.updated_at;
  return a == other;
}

ChargingEvent corrected(const ChargingEvent& stored, ChargingEvent next) {
  if (same_content(stored, next)) return stored;
  next.id = stored.id;
  next.version = stored.version + 1;
  next.supersedes = stored.version;
  next.created_at = stored.created_at;
  if (!next.same_as) next.same_as = stored.same_as;
  if (!next.vehicle_id) next.vehicle_id = stored.vehicle_id;
  if (!next.location_id) next.location_id = stored.location_id;
  return next;
}

}  // namespace contactor::charging
