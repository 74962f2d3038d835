#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "ota/observation.h"
#include "ports/http.h"
#include "vin/vin.h"

namespace contactor::ports {

/// One configure command, as committed before it is sent.
struct ConfigureCommand {
  Vin vin;
  std::string command_id;
  ServiceId service_id;
  bool enable = true;
  std::string configuration;  ///< a JSON object, already rendered from the template
  std::uint64_t generation = 0;
  Instant expires_at;
  /// Asked right before each of its requests leaves, for an access token may have to be fetched first; null:
  /// always. Where it may not, nothing has happened.
  std::function<bool()> may_begin = {};
};

/// The existing IoT API in front of the vehicles. Holds its own access token: refreshed early and once,
/// renewed after one 401.
class IotApi {
 public:
  virtual ~IotApi() = default;

  /// @errors  never a Result: every way the call can end is an answer that `ota` understands.
  virtual void configure(ConfigureCommand command, Instant respond_by, Done<ota::CommandAnswer> done) = 0;
  /// @param command_id  empty asks for the vehicle only.
  virtual void status(Vin vin, std::string command_id, Instant respond_by,
                      Done<Result<ota::VehicleStatus>> done) = 0;
  virtual void health(Vin vin, Instant respond_by, Done<Result<ota::VehicleHealth>> done) = 0;
  virtual void history(Vin vin, Instant respond_by, Done<Result<std::vector<ota::IotHistoryItem>>> done) = 0;
};

}  // namespace contactor::ports
