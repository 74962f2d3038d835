#include "engine/charging/charging_control.h"

#include <utility>

#include "base/log.h"
#include "charging/sessions_cut.h"

namespace contactor::engine {
namespace {

constexpr std::size_t kSilentAtOnce = 500;

}  // namespace

ChargingControl::ChargingControl(Params params) : params_(std::move(params)) {}

void ChargingControl::take(ChargingDelivery delivery, ports::Done<Result<TakenDelivery>> done) {
  take_in(params_.parts, std::move(delivery), std::move(done));
}

void ChargingControl::report_soh(Vin vin, ports::Done<Result<SohReport>> done) {
  engine::report_soh(store(), params_.fleet, vin, params_.parts.time.now(), std::move(done));
}

void ChargingControl::start() { look(); }

void ChargingControl::look() {
  if (is_stopped_) return;
  const auto later = [self = std::weak_ptr(self_)](const Result<TakenDelivery>& looked) {
    if (!looked) log::warn("charging", "silent sessions were not closed: {}", looked.error().message());
    if (const auto alive = self.lock()) (*alive)->look_later();
  };
  store().open_events(params_.parts.time.now() - charging::kSilenceMax, kSilentAtOnce,
                      [self = std::weak_ptr(self_), later](Result<std::vector<ports::StoredEvent>> open) {
                        const auto alive = self.lock();
                        if (!alive) return;
                        if (!open) return later(fail(std::move(open.error())));
                        std::vector<SilentStream> silent;
                        for (auto& it : *open) silent.push_back({std::move(it.stream), it.event.started_at});
                        if (silent.empty() || (*alive)->is_stopped_) return later(TakenDelivery());
                        close_silent((*alive)->params_.parts, std::move(silent), later);
                      });
}

void ChargingControl::look_later() {
  auto& time = params_.parts.time;
  time.call_at(time.now() + params_.look_every, [self = std::weak_ptr(self_)] {
    if (const auto alive = self.lock()) (*alive)->look();
  });
}

}  // namespace contactor::engine
