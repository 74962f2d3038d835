#include "store/open.h"

#include "store/postgres/open.h"
#include "store/sqlite/open.h"
#include "store/with_charging.h"
#include "store/with_fleet.h"

namespace contactor::store {

ports::FleetStore& fleet_of(ports::Store& store) {
  auto* const with_fleet = dynamic_cast<WithFleet*>(&store);
  CTR_ASSERT(with_fleet != nullptr);
  return with_fleet->fleet();
}

ports::ChargingStore& charging_of(ports::Store& store) {
  auto* const with_charging = dynamic_cast<WithCharging*>(&store);
  CTR_ASSERT(with_charging != nullptr);
  return with_charging->charging();
}

Status with_migrations(const std::string& url, const std::function<Status(Migrations&)>& work) {
  return is_postgres(url) ? postgres::with_migrations(url, false, work) : sqlite::with_migrations(url, work);
}

Status with_migrations_read(const std::string& url, const std::function<Status(Migrations&)>& work) {
  return is_postgres(url) ? postgres::with_migrations(url, true, work)
                          : sqlite::with_migrations_read(url, work);
}

}  // namespace contactor::store
