#include "store/fleet_check.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

namespace contactor::store {
namespace {

Status refuse(std::string_view what) {
  return fail(ErrorKind::invalid, "store", fmt::format("the call is malformed: {}", what));
}

}  // namespace

Status check(std::span<const ports::FleetWrite> writes) {
  if (writes.size() > kFleetBatch) return refuse("at most 10000 vehicles are written at once");
  for (const auto& write : writes) {
    if (write.after.version == 0) return refuse("a vehicle's first version is 1");
    if (write.entry && write.entry->number != write.after.version)
      return refuse("an entry has its vehicle's version");
  }
  return {};
}

Status check(std::span<const Vin> vins) {
  if (vins.size() > kFleetBatch) return refuse("at most 10000 vehicles are asked for at once");
  return {};
}

Result<PageStart> start_of(const ports::VehicleFilter& filter) {
  if (filter.after.empty()) return PageStart();
  CTR_TRY(vin, Vin::parse(filter.after));
  return PageStart{.shard = vin.shard(), .after = std::string(vin.str())};
}

std::size_t size_of(const ports::VehicleFilter& filter) { return std::min(filter.limit, kFleetBatch); }

std::vector<std::vector<std::size_t>> rounds_of(std::span<const ports::FleetWrite> writes) {
  std::vector<std::vector<std::size_t>> rounds;
  std::unordered_map<Vin, std::size_t> next_free;  // the first round without this vehicle
  next_free.reserve(writes.size());
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const std::size_t round = next_free[writes[i].after.vin]++;
    if (round == rounds.size()) rounds.emplace_back().reserve(round == 0 ? writes.size() : 0);
    rounds[round].push_back(i);
  }
  return rounds;
}

}  // namespace contactor::store
