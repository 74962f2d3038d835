#include "engine/charging/soh_report.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/charging/recut.h"

namespace contactor::engine {
namespace {

constexpr Millis kLookBack = std::chrono::hours(24 * 366 * 5);

struct Asking {
  SohReport report;
  charging::SohModel model;
  std::vector<charging::SohSession> sessions;
  ports::Done<Result<SohReport>> done;

  void answer() {
    report.answer = charging::estimate_soh(sessions, model);
    done(std::move(report));
  }
};
using AskingPtr = std::shared_ptr<Asking>;

void find_model(const AskingPtr& asking, ports::FleetStore& fleet, std::int64_t model_id) {
  fleet.models([asking, model_id](Result<std::vector<fleet::VehicleModel>> models) {
    if (!models) return asking->done(fail(std::move(models.error())));
    const auto model = std::ranges::find(*models, model_id, &fleet::VehicleModel::id);
    if (model != models->end()) {
      asking->report.model = model->make + " " + model->name;
      if (model->battery_capacity_wh)
        asking->model.capacity = charging::WattHours(*model->battery_capacity_wh);
      asking->report.model_capacity = asking->model.capacity;
    }
    asking->answer();
  });
}

void ask_fleet(const AskingPtr& asking, ports::FleetStore& fleet, const Vin& vin) {
  fleet.find_vehicles({vin}, [asking, &fleet](Result<std::vector<fleet::Vehicle>> found) {
    if (!found) return asking->done(fail(std::move(found.error())));
    if (found->empty()) return asking->answer();
    asking->report.is_known = true;
    asking->model.is_typed_by_hand = found->front().model_by_hand;
    if (!found->front().model_id) return asking->answer();
    find_model(asking, fleet, *found->front().model_id);
  });
}

std::optional<charging::MicroWattHours> energy_of(const charging::ChargingEvent& event) {
  if (const auto exact = computed_info(event).energy) return exact;
  if (event.start_energy && event.end_energy && !event.quality.has(charging::Flag::counter_reset) &&
      !event.quality.has(charging::Flag::energy_mismatch))
    if (const auto difference = checked_subtract(*event.end_energy, *event.start_energy)) return difference;
  return event.energy ? charging::to_micro_watt_hours(*event.energy) : std::nullopt;
}

}  // namespace

charging::SohSession to_soh_session(const charging::ChargingEvent& event) {
  return {.id = event.id,
          .started_at = event.started_at,
          .ended_at = event.ended_at,
          .direction = event.direction,
          .energy = energy_of(event),
          .start_state_of_charge = event.start_state_of_charge,
          .end_state_of_charge = event.end_state_of_charge,
          .odometer = computed_info(event).odometer,
          .quality = event.quality,
          .quarantined = event.quarantined};
}

void report_soh(ports::ChargingStore& store, ports::FleetStore* fleet, Vin vin, Instant now,
                ports::Done<Result<SohReport>> done) {
  auto asking = std::make_shared<Asking>();
  asking->done = std::move(done);
  store.events_of(vin, now - kLookBack, now,
                  [asking, fleet, vin](Result<std::vector<ports::StoredEvent>> events) {
                    if (!events) return asking->done(fail(std::move(events.error())));
                    asking->report.is_known = !events->empty();
                    for (const auto& it : *events)
                      if (!it.event.same_as) asking->sessions.push_back(to_soh_session(it.event));
                    if (fleet == nullptr) return asking->answer();
                    ask_fleet(asking, *fleet, vin);
                  });
}

}  // namespace contactor::engine
