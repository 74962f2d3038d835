#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "charging/delivery.h"
#include "engine/vault.h"
#include "ports/charging_store.h"
#include "ports/egress.h"
#include "ports/fleet_store.h"
#include "ports/timekeeper.h"

namespace contactor::engine {

struct DeliverySettings {
  charging::DeliveryPolicy policy;
  Millis scan_every = std::chrono::seconds(1);
  Millis answer_within = std::chrono::seconds(20);
  Millis claim_lasts = std::chrono::seconds(60);  ///< then another may take what is not on record yet
  Millis lease_term = std::chrono::seconds(60);
  std::size_t in_flight_max = 256;  ///< over all endpoints
  std::size_t window_max = 16;      ///< of one endpoint; it begins with one and grows with what is taken
  std::size_t page = 500;           ///< endpoints read at once
};

struct DeliveryCounters {
  std::array<std::uint64_t, charging::Spelling<charging::Verdict>::names.size()> attempts{};  ///< by verdict
  std::array<std::uint64_t, charging::Spelling<charging::EndpointHealth::Standing>::names.size()>
      endpoints{};              ///< by standing, at the last look
  std::uint64_t in_flight = 0;  ///< sent, or not on record yet
  std::uint64_t claimed = 0;    ///< in memory and not sent yet
  std::uint64_t stale = 0;      ///< results that came after another attempt
  std::uint64_t disabled = 0;
  std::uint64_t recovered = 0;
  Millis oldest_due{0};  ///< how long the first delivery of a working endpoint has been due, at the last look
  bool delivers = false;  ///< this node does, not another one
};

/// Sends charging events to client services, each with its own pace: a slow or dead one holds up nobody else.
///
/// At least once: a delivery is claimed in the store before it is sent and repeated until a 2xx is on record,
/// under the same `webhook-id`. What waits is in the store; memory holds two windows an endpoint at most.
/// One node of several does it, under a lease. Thread: the engine's.
class Deliverer {
 public:
  struct Params {
    ports::ChargingStore& store;
    ports::HttpTransport& http;
    ports::Timekeeper& time;
    ports::Entropy& entropy;
    const Vault& vault;
    ports::EgressPolicy egress;
    ports::FleetStore* leases = nullptr;  ///< null: nobody else delivers
    std::string holder;
    DeliverySettings settings = {};
    /// An endpoint was disabled, in words: whoever runs this is told elsewhere.
    std::function<void(const charging::Subscription&, const std::string&)> on_disabled = {};
  };
  explicit Deliverer(Params params);
  /// What is under way is dropped: the store has it claimed, and it is sent again when the claim has run out.
  ~Deliverer();
  Deliverer(const Deliverer&) = delete;
  Deliverer& operator=(const Deliverer&) = delete;

  void start();
  /// Begins nothing new and gives back what is not sent; `done` when what was sent is on record.
  void stop(std::move_only_function<void()> done);
  /// Something has become due: look soon instead of within a second.
  void wake();
  [[nodiscard]] const DeliveryCounters& counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace contactor::engine
