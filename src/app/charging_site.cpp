#include "app/charging_site.h"

#include "charging/gazetteer_table.h"
#include "store/open.h"

namespace contactor::app {

ChargingSite::ChargingSite(ports::Store& store, ports::Timekeeper& time, charging::Gazetteer places,
                           Result<engine::Vault> vault)
    : places_(places),
      vault_(std::move(vault)),
      control_({.parts = {.store = store::charging_of(store), .time = time, .places = &places_},
                .fleet = &store::fleet_of(store)}) {}

Result<std::unique_ptr<ChargingSite>> ChargingSite::create(ports::Store& store, ports::Timekeeper& time,
                                                           Result<engine::Vault> vault) {
  auto places = charging::Gazetteer::over(charging::built_in_gazetteer_table());
  if (!places) return fail(ErrorKind::internal, "charging", places.error().detail);
  return std::unique_ptr<ChargingSite>(new ChargingSite(store, time, *places, std::move(vault)));
}

Result<std::string> ChargingSite::seal(std::string_view text, std::string_view place) const {
  if (!vault_)
    return fail(ErrorKind::unavailable, "charging", "secrets cannot be sealed: " + vault_.error().detail);
  return vault_->seal(text, place);
}

}  // namespace contactor::app
