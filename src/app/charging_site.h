#pragma once

#include <memory>

#include "charging/gazetteer.h"
#include "engine/charging/charging_control.h"
#include "engine/vault.h"
#include "ports/store.h"

namespace contactor::app {

/// The charging capability of this process, over a store that was opened here.
class ChargingSite {
 public:
  /// @errors  internal: the table of places in this program is damaged.
  /// @param vault  seals what clients entrust to us; where it is an error, secrets are refused with it.
  [[nodiscard]] static Result<std::unique_ptr<ChargingSite>> create(ports::Store& store,
                                                                    ports::Timekeeper& time,
                                                                    Result<engine::Vault> vault);

  [[nodiscard]] engine::ChargingControl& control() { return control_; }
  /// @param place  "table/id/member". @errors  those of the vault.
  [[nodiscard]] Result<std::string> seal(std::string_view text, std::string_view place) const;

 private:
  ChargingSite(ports::Store& store, ports::Timekeeper& time, charging::Gazetteer places,
               Result<engine::Vault> vault);

  charging::Gazetteer places_;
  Result<engine::Vault> vault_;
  engine::ChargingControl control_;
};

}  // namespace contactor::app
