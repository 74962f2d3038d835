#pragma once

#include <map>
#include <memory>

#include "app/fleet_config.h"
#include "gateways/slack/gateway.h"
#include "ports/oem_cloud.h"
#include "ports/tesla_owner.h"
#include "ports/timekeeper.h"

namespace contactor::app {

/// Every maker's cloud that is configured, each behind its port. The one place that lists them.
struct Clouds {
  std::unique_ptr<ports::Entropy> entropy;
  std::map<fleet::Oem, std::unique_ptr<ports::OemCloud>> by_oem;
  std::unique_ptr<gateways::slack::Gateway> chat;  ///< null: alerts are told to nobody
  /// Clouds whose variables are complete and whose files cannot be used: why, in one clause.
  std::map<fleet::Oem, std::string> unusable;
};

/// A cloud that cannot be set up is told in `unusable`: the others work.
[[nodiscard]] Clouds make_clouds(const FleetConfig& config, ports::HttpTransport& transport,
                                 ports::Timekeeper& time);
/// Tesla for vehicles with an owner of their own. @errors  invalid: a file or a variable that cannot be used.
[[nodiscard]] Result<std::unique_ptr<ports::OemCloud>> make_owners_cloud(const CloudVariables& tesla,
                                                                         ports::HttpTransport& transport,
                                                                         ports::Timekeeper& time,
                                                                         ports::OwnerConsents& consents);

}  // namespace contactor::app
