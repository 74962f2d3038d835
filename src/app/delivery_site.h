#pragma once

#include <memory>
#include <string>

#include "app/config.h"
#include "app/fast_clock.h"
#include "engine/charging_delivery/client_desk.h"
#include "engine/charging_delivery/deliverer.h"
#include "engine/charging_delivery/rekey.h"
#include "http_client/curl_multi.h"
#include "task/loop.h"
#include "task/system_entropy.h"

namespace contactor::app {

/// What clients are sent, and what is done for them: on the store of this process, under the key of
/// `CONTACTOR_KEY_FILE`.
class DeliverySite {
 public:
  struct Params {
    const Config& config;
    ports::Store& store;
    task::Loop& loop;
    ports::Timekeeper& time;
    engine::Vault vault;
    std::string holder;     ///< of the lease: one of several nodes delivers
    bool delivers = true;   ///< false: a command, which leaves that to nodes
    std::string host = {};  ///< where this node listens: clients' addresses must not lead back here
    std::uint16_t port = 0;
    FastClock* fast = nullptr;  ///< the demo's time; null: the wall clock
  };
  /// @errors  invalid: a file of the TLS policy.
  [[nodiscard]] static Result<std::unique_ptr<DeliverySite>> create(Params params);

  void start();
  void stop(std::move_only_function<void()> done);
  [[nodiscard]] engine::ClientDesk& desk() { return *desk_; }
  [[nodiscard]] engine::Deliverer* deliverer() { return deliverer_.get(); }
  [[nodiscard]] const engine::Vault& vault() const { return vault_; }
  /// As api::ApiParams has it.
  [[nodiscard]] std::function<void(const std::string&, ports::Done<Result<engine::Rekeyed>>)> rekey();

 private:
  explicit DeliverySite(engine::Vault vault) : vault_(std::move(vault)) {}
  Status build(Params params);

  engine::Vault vault_;
  ports::ChargingStore* store_ = nullptr;
  ports::Timekeeper* time_ = nullptr;
  task::SystemEntropy entropy_;
  std::unique_ptr<http_client::CurlMulti> transport_;
  std::unique_ptr<FastTransport> fast_transport_;
  std::unique_ptr<engine::Deliverer> deliverer_;  ///< null: this process does not deliver
  std::unique_ptr<engine::ClientDesk> desk_;
};

/// Where clients' events may go, by the configuration; never to ourselves.
[[nodiscard]] ports::EgressPolicy egress_of(const Config& config, const std::string& host,
                                            std::uint16_t port);

}  // namespace contactor::app
