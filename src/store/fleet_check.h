#pragma once

#include <span>
#include <vector>

#include "ports/fleet_store.h"

namespace contactor::store {

inline constexpr std::size_t kFleetBatch = 10'000;  ///< vehicles in one call at most, written, asked or read
/// How long a plan is kept that newer ones have followed.
inline constexpr Millis kPlanKept = std::chrono::days(7);

/// @errors  invalid: too many at once, a version of 0, or an entry that does not have its vehicle's version.
[[nodiscard]] Status check(std::span<const ports::FleetWrite> writes);
[[nodiscard]] Status check(std::span<const Vin> vins);

/// Where a page of `VehicleFilter` begins.
struct PageStart {
  int shard = -1;  ///< of `after`; -1: from the first vehicle
  std::string after;
};
/// @errors  invalid: `after` is no VIN.
[[nodiscard]] Result<PageStart> start_of(const ports::VehicleFilter& filter);
/// How many vehicles the page has at most.
[[nodiscard]] std::size_t size_of(const ports::VehicleFilter& filter);

/// Parts writes into rounds, to be stored one after another: within a round no vehicle stands twice. Nearly
/// always there is one.
/// @return  positions in `writes`, each once.
[[nodiscard]] std::vector<std::vector<std::size_t>> rounds_of(std::span<const ports::FleetWrite> writes);

}  // namespace contactor::store
