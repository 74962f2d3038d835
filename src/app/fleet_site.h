#pragma once

#include <memory>
#include <string>

#include "app/clouds.h"
#include "app/fast_clock.h"
#include "app/fleet_config.h"
#include "engine/fleet/fleet_control.h"
#include "engine/fleet/owner_book.h"
#include "http_client/curl_multi.h"
#include "task/loop.h"

namespace contactor::app {

/// The fleet capability of one process, wired: clouds, their client, and where runs are begun.
class FleetSite {
 public:
  struct Params {
    FleetConfig config;
    ports::FleetStore& store;
    task::Loop& loop;
    ports::Timekeeper& time;          ///< the loop, or the demo's time
    std::string holder;               ///< "host:pid"
    const FastClock* fast = nullptr;  ///< the demo's time; null: the wall clock
    std::string crl_file;             ///< PEM; none where empty
    Result<engine::Vault> vault = fail(ErrorKind::invalid, "config", "no key file is needed");
  };
  /// @errors  of the HTTP client.
  [[nodiscard]] static Result<std::unique_ptr<FleetSite>> create(Params params);

  [[nodiscard]] engine::FleetControl& control() { return *control_; }
  [[nodiscard]] const Clouds& clouds() const { return clouds_; }
  [[nodiscard]] const FleetConfig& config() const { return config_; }

 private:
  explicit FleetSite(FleetConfig config) : config_(std::move(config)) {}
  engine::SingleTeslas single_teslas(const Params& params, ports::HttpTransport* transport);

  FleetConfig config_;
  std::unique_ptr<http_client::CurlMulti> client_;
  std::unique_ptr<FastTransport> fast_client_;
  Clouds clouds_;
  std::optional<engine::Vault> vault_;
  std::unique_ptr<engine::OwnerBook> owner_book_;
  std::unique_ptr<ports::OemCloud> owners_cloud_;
  engine::FleetSettings owner_settings_;
  std::unique_ptr<engine::FleetControl> control_;
};

/// The client through which makers' clouds are called. @errors  those of CurlMulti.
[[nodiscard]] Result<std::unique_ptr<http_client::CurlMulti>> make_cloud_client(task::Loop& loop,
                                                                                const std::string& crl_file);

/// "host:pid": who holds a lease.
[[nodiscard]] std::string process_name();

}  // namespace contactor::app
