#pragma once

#include <memory>
#include <vector>

#include "fleet/fleet_universe.h"
#include "fleet/plan.h"
#include "fleet/runner.h"
#include "store/memory/store.h"

namespace contactor::sim {

/// Who wishes, meddles at the clouds, makes plans and applies them.
class FleetPeople {
 public:
  FleetPeople(FleetUniverse& universe, std::vector<std::unique_ptr<Runner>>& runners);
  ~FleetPeople();
  void begin();
  void go_home() { is_home_ = true; }

 private:
  struct Planned;
  void put(const WishPlan& plan);
  void meddle(const Meddling& meddling);
  void plan_now_and_then();
  void make_plan();
  void plan_is_made(const engine::FleetRunView& view);
  void apply(const std::shared_ptr<Planned>& planned);
  void applied(const std::shared_ptr<Planned>& planned, Instant begun, bool had_moved,
               const engine::FleetRunView& view);
  [[nodiscard]] engine::FleetControl* any_control();

  FleetUniverse& universe_;
  std::vector<std::unique_ptr<Runner>>& runners_;
  LifeRef life_ = std::make_shared<Life>();
  ProcessTime time_;
  store::memory::Store store_;
  std::unique_ptr<ports::FleetStore> shown_;
  bool is_home_ = false;
};

}  // namespace contactor::sim
