#include "store/memory/fleet_disk.h"

#include <algorithm>

#include "store/fleet_check.h"

namespace contactor::store::memory {
namespace {

bool matches(const fleet::Vehicle& vehicle, const ports::VehicleFilter& filter) {
  return (filter.fleet.empty() || vehicle.wish.fleet == filter.fleet) &&
         (!filter.oem || vehicle.oem == filter.oem) && (!filter.status || vehicle.status == filter.status);
}

}  // namespace

ports::FleetOutcome FleetDisk::apply(const ports::FleetWrite& write) {
  const auto& after = write.after;
  const auto* before = find(after.vin);
  if ((before == nullptr ? 0 : before->version) + 1 != after.version) return ports::FleetOutcome::stale;
  vehicles.insert_or_assign({.shard = after.vin.shard(), .vin = after.vin}, after);
  if (write.entry) history[after.vin].push_back(*write.entry);
  return ports::FleetOutcome::applied;
}

const fleet::Vehicle* FleetDisk::find(const Vin& vin) const {
  const auto found = vehicles.find({.shard = vin.shard(), .vin = vin});
  return found == vehicles.end() ? nullptr : &found->second;
}

Result<std::vector<fleet::Vehicle>> FleetDisk::page(const ports::VehicleFilter& filter) const {
  CTR_TRY(start, start_of(filter));
  auto at = vehicles.begin();
  if (!start.after.empty()) {
    CTR_TRY(after, Vin::parse(start.after));
    at = vehicles.upper_bound({.shard = after.shard(), .vin = after});
  }
  std::vector<fleet::Vehicle> rows;
  for (; at != vehicles.end() && rows.size() < size_of(filter); ++at)
    if (matches(at->second, filter)) rows.push_back(at->second);
  return rows;
}

ports::FleetTotals FleetDisk::totals() const {
  std::map<int, ports::FleetTotals::Row> sums;
  for (const auto& [key, vehicle] : vehicles) {
    auto& row = sums[vehicle.oem ? static_cast<int>(*vehicle.oem) : static_cast<int>(fleet::oem_count)];
    row.oem = vehicle.oem;
    row.vehicles += 1;
    row.active += vehicle.status.value_or(false) ? 1U : 0U;
  }
  ports::FleetTotals totals;
  for (auto& [order, row] : sums) totals.rows.push_back(row);
  return totals;
}

ports::FleetLease FleetDisk::claim(const std::string& name, const std::string& holder, Millis term,
                                   Instant now) {
  auto& lease = leases[name];
  const bool is_free = lease.holder == holder || lease.until <= now;
  if (is_free) lease = {.holder = holder, .until = now + term};
  auto answer = lease;
  answer.granted = is_free;
  return answer;
}

void FleetDisk::release(const std::string& name, const std::string& holder, Instant now) {
  const auto found = leases.find(name);
  if (found != leases.end() && found->second.holder == holder) found->second.until = now;
}

void FleetDisk::put(const ports::StoredPlan& plan) {
  std::erase_if(plans, [&](const auto& old) { return old.second.made_at < plan.made_at - kPlanKept; });
  plans.try_emplace(plan.id, plan);
}

Status FleetDisk::mark_applied(const std::string& id, Instant at) {
  const auto found = plans.find(id);
  if (found == plans.end()) return fail(ErrorKind::not_found, "store", "no such plan");
  if (found->second.applied_at) return fail(ErrorKind::conflict, "store", "the plan was applied before");
  found->second.applied_at = at;
  return {};
}

void FleetDisk::put(const ports::ActivationMetric& metric) {
  const auto [at, is_new] = metrics.try_emplace({metric.date, metric.oem}, metric);
  if (!is_new && at->second.updated_at <= metric.updated_at) at->second = metric;
}

std::vector<ports::ActivationMetric> FleetDisk::newest_metrics(std::size_t days) const {
  std::vector<ports::ActivationMetric> rows;
  std::set<std::string> dates;
  for (const auto& [key, metric] : metrics) dates.insert(key.first);
  for (auto date = dates.rbegin(); date != dates.rend() && days > 0; ++date, --days)
    for (auto at = metrics.lower_bound({*date, {}}); at != metrics.end() && at->first.first == *date; ++at)
      rows.push_back(at->second);
  return rows;
}

fleet::VehicleModel FleetDisk::put(fleet::VehicleModel model) {
  const auto found = std::ranges::find_if(models, [&](const auto& other) {
    return other.make == model.make && other.name == model.name && other.type == model.type &&
           other.version == model.version;
  });
  model.id = found == models.end() ? static_cast<std::int64_t>(models.size()) + 1 : found->id;
  if (found == models.end())
    models.push_back(model);
  else
    *found = model;
  return model;
}

std::vector<fleet::Alert> FleetDisk::newest_alerts(bool lasting_only, std::size_t limit) const {
  std::vector<fleet::Alert> rows;
  for (const auto& [key, alert] : alerts)
    if (!lasting_only || alert.ended_at == Instant()) rows.push_back(alert);
  std::ranges::stable_sort(rows, std::greater(), &fleet::Alert::raised_at);
  if (rows.size() > limit) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(limit), rows.end());
  return rows;
}

std::uint64_t FleetDisk::link_admins() {
  for (const auto& [key, vehicle] : vehicles)
    if (!vehicle.wish.fleet.empty()) fleets.insert(vehicle.wish.fleet);
  const auto before = user_fleets.size();
  for (const auto& [user, role] : user_roles)
    if (role == "Admin")
      for (const auto& one : fleets) user_fleets.emplace(user, one);
  return user_fleets.size() - before;
}

Status FleetDisk::put(const ports::StoredTeslaOwner& owner) {
  const auto found = tesla_owners.find(owner.vin);
  if ((found == tesla_owners.end() ? 0 : found->second.version) + 1 != owner.version)
    return fail(ErrorKind::conflict, "store", "the owner was changed meanwhile");
  tesla_owners.insert_or_assign(owner.vin, owner);
  return {};
}

}  // namespace contactor::store::memory
