#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http.h"
#include "engine/charging/charging_control.h"
#include "engine/charging_delivery/client_desk.h"
#include "engine/charging_delivery/deliverer.h"
#include "engine/charging_delivery/rekey.h"
#include "engine/engine.h"
#include "engine/fleet/fleet_control.h"
#include "ports/nodes.h"
#include "ports/store.h"
#include "ports/timekeeper.h"

namespace contactor::api {

/// One file of the console, as it lies in the binary.
struct Asset {
  std::string_view content_type;
  std::string_view bytes;
  std::string_view gzip;  ///< the same compressed; empty where that does not pay
};

/// What the API stands on. `app` gives the signed callbacks' readers, because gateways own the signatures.
struct ApiParams {
  engine::Engine& engine;
  engine::FleetControl* fleet = nullptr;        ///< null only where nobody asks for it
  engine::ChargingControl* charging = nullptr;  ///< as above
  /// Seals a secret for one place of the store, "table/id/member". Null: there is no key, and secrets are
  /// refused.
  std::function<Result<std::string>(std::string_view text, std::string_view place)> seal = {};
  engine::ClientDesk* clients = nullptr;   ///< null without a key: nothing of clients can be kept
  engine::Deliverer* deliverer = nullptr;  ///< null where this process does not deliver
  /// Seals again one page of what the previous key has sealed. Null: as `clients`.
  std::function<void(const std::string& cursor, ports::Done<Result<engine::Rekeyed>> done)> rekey = {};
  ports::Store& store;
  ports::Timekeeper& time;
  ports::Entropy& entropy;
  /// @errors unauthorized (signature), invalid (authentic, but not what was agreed). Null: not configured,
  /// every callback is refused.
  std::function<Result<engine::VehicleReport>(const Request&, Instant now)> read_vehicle_callback;
  std::function<Result<engine::PaymentReport>(const Request&, Instant now)> read_payment_event;
  /// Asked with `/` and `/assets/…`. Null: built without a console.
  std::function<std::optional<Asset>(std::string_view path)> find_asset;
  std::string version;
  ports::Nodes* nodes = nullptr;  ///< null: no other node shares the store
};

struct Environment;

/// All routes of the HTTP API: `routes.h` is their one table. Thread: the engine's. Must outlive no one:
/// answers that come after its end are dropped.
class Api : public Handler {
 public:
  explicit Api(ApiParams params);
  ~Api() override;

  void handle(Request request, Respond respond) override;
  /// Answers the event stream's route wholly, refusals included. `start` may be called later: the access
  /// token is looked up first.
  bool open_stream(const Request& request, StartStream start) override;

 private:
  std::shared_ptr<Environment> env_;
};

}  // namespace contactor::api
