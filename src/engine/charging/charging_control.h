#pragma once

#include <memory>

#include "engine/charging/charging_intake.h"
#include "engine/charging/soh_report.h"

namespace contactor::engine {

/// The charging capability of one process: what comes in, what is known of it, and sessions that end because
/// nobody speaks of them any more. Several may work on one store.
class ChargingControl {
 public:
  struct Params {
    IntakeParts parts;
    ports::FleetStore* fleet = nullptr;           ///< knows models; null: no state of health, only capacities
    Millis look_every = std::chrono::minutes(5);  ///< for silent sessions
  };
  explicit ChargingControl(Params params);

  void take(ChargingDelivery delivery, ports::Done<Result<TakenDelivery>> done);
  void report_soh(Vin vin, ports::Done<Result<SohReport>> done);

  /// Looks for silent sessions from now on, at once and every `look_every`.
  void start();
  /// Begins nothing more.
  void stop() { is_stopped_ = true; }

  [[nodiscard]] ports::ChargingStore& store() const { return params_.parts.store; }

 private:
  void look();
  void look_later();

  Params params_;
  bool is_stopped_ = false;
  std::shared_ptr<ChargingControl*> self_ = std::make_shared<ChargingControl*>(this);
};

}  // namespace contactor::engine
