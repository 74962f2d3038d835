#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/config.h"
#include "base/prng.h"
#include "engine/fleet/fleet_control.h"
#include "ports/http.h"
#include "vin/vin.h"
#include "world/world.h"

namespace contactor::app {

/// Where the demo's files go: a name in its scratch folder to a path.
using ScratchFile = std::function<std::string(std::string_view name)>;

/// What an operator would have written into `.env` for the seven clouds, pointing at the simulated world,
/// with keys that were made a moment ago.
void set_demo_clouds(Environment& environment, const std::string& world_url, const world::FleetParams& clouds,
                     const ScratchFile& file);

/// What the summary says of the fleet: every vehicle is counted once.
struct FleetTally {
  struct Row {
    std::uint64_t vehicles = 0, activated = 0, deactivated = 0, pending = 0, failed = 0;
  };
  std::vector<std::pair<std::string, Row>> by_oem;
  Row whole;
  std::uint64_t unmapped = 0;
};

/// An operator as he would use the API: puts a fleet on record and has it brought to what he wants of it.
class DemoFleet {
 public:
  struct Params {
    ports::HttpTransport& transport;
    ports::Timekeeper& real_time;
    engine::FleetControl& control;  ///< for the picture and the summary only
    std::string base_url;
    std::string admin_token;
  };
  DemoFleet(Params params, const std::vector<Vin>& vehicles, Prng& prng);

  /// @param done  once the first run has ended, or could not be begun.
  void start(std::move_only_function<void(Status)> done);
  [[nodiscard]] bool is_done() const { return done_; }
  /// One line of what is under way.
  [[nodiscard]] std::string line() const;
  /// Counts the vehicles as they are on record now.
  void count(ports::Done<FleetTally> done);

  /// Vehicles that are switched on at their cloud already, and not wanted so.
  [[nodiscard]] const std::vector<Vin>& leftovers() const { return leftovers_; }

 private:
  using Answered = std::move_only_function<void(const std::string& body)>;
  void post(std::string path, std::string body, Answered then);
  void watch_run();
  void end(Status status);

  Params params_;
  std::string body_;
  std::vector<Vin> leftovers_;
  std::string run_;
  std::move_only_function<void(Status)> told_;
  bool done_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace contactor::app
