#pragma once

namespace contactor::ports {
class ChargingStore;
}  // namespace contactor::ports

namespace contactor::store {

/// What every store of this folder is besides a `ports::Store`.
class WithCharging {
 public:
  virtual ~WithCharging() = default;
  [[nodiscard]] virtual ports::ChargingStore& charging() = 0;
};

}  // namespace contactor::store
