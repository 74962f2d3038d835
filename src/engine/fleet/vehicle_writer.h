#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "ports/fleet_store.h"

namespace contactor::engine {

/// Hands steps to the store in as few writes as their arrival allows: what comes while one write is under way
/// leaves together with the next.
class VehicleWriter {
 public:
  using Done = std::move_only_function<void(Result<ports::FleetOutcome>)>;
  explicit VehicleWriter(ports::FleetStore& store) : store_(store) {}

  /// `done` is called after the commit.
  void write(ports::FleetWrite write, Done done);

 private:
  static constexpr std::size_t kMost = 5000;
  void flush();
  void ended(std::vector<Done> done, Result<std::vector<ports::FleetOutcome>> outcomes);

  ports::FleetStore& store_;
  std::vector<ports::FleetWrite> writes_;
  std::vector<Done> done_;
  bool writing_ = false;
  std::shared_ptr<VehicleWriter*> self_ = std::make_shared<VehicleWriter*>(this);
};

}  // namespace contactor::engine
