#pragma once

#include "ports/fleet_store.h"

namespace contactor::store {

/// What every store of this folder is besides a `ports::Store`.
class WithFleet {
 public:
  virtual ~WithFleet() = default;
  [[nodiscard]] virtual ports::FleetStore& fleet() = 0;
};

}  // namespace contactor::store
