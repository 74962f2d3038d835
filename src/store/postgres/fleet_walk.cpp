#include "store/postgres/fleet_walk.h"

#include "store/fleet_check.h"

namespace contactor::store::postgres {
namespace {

/// The page after this one, where there may be one.
std::optional<ports::VehicleFilter> next_of(const ports::VehicleFilter& filter, const Answer& rows) {
  const std::size_t most = size_of(filter);
  if (most == 0 || static_cast<std::size_t>(rows.count()) < most) return std::nullopt;
  ports::VehicleFilter next = filter;
  next.after = rows.first_of_last();
  return next;
}

}  // namespace

Result<Answer> FleetWalk::rows_of(const ports::VehicleFilter& filter) {
  auto ahead = std::exchange(ahead_, std::nullopt);
  if (ahead && ahead->first == filter) return std::move(ahead->second);
  return FleetReader(link_).page_rows(filter);
}

void FleetWalk::read(const ports::VehicleFilter& filter, std::move_only_function<void(Vehicles)> take) {
  Result<Answer> rows = rows_of(filter);
  const auto next = rows ? next_of(filter, *rows) : std::nullopt;
  decoder_.post([rows = std::move(rows), take = std::move(take)]() mutable {
    if (rows) return take(FleetReader::vehicles_in(std::move(*rows)));
    take(fail(std::move(rows.error())));
  });
  if (!next) return;
  // What cannot be read now is asked for again, and told, when its turn has come.
  if (auto after = FleetReader(link_).page_rows(*next)) ahead_.emplace(*next, std::move(*after));
}

}  // namespace contactor::store::postgres
