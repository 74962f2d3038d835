#include "fleet/fleet_people.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/fleet/wishes.h"
#include "fleet/fleet_witness.h"
#include "fleet/forwarding_fleet_store.h"

namespace contactor::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using Kind = engine::FleetRunView::Kind;

const Millis kTrueTime{0};

/// What people write goes straight to the disk, past the witness.
class ShownDisk final : public ForwardingFleetStore {
 public:
  ShownDisk(FleetUniverse& universe, LifeRef life, ports::FleetStore& inner)
      : ForwardingFleetStore(inner), universe_(universe), life_(std::move(life)) {}
  void write_vehicles(std::vector<ports::FleetWrite> writes,
                      Done<Result<std::vector<ports::FleetOutcome>>> done) override {
    auto shown = std::make_shared<std::vector<ports::FleetWrite>>(writes);
    inner().write_vehicles(std::move(writes), [this, shown, done = std::move(done)](auto outcomes) mutable {
      for (std::size_t i = 0; outcomes && i < shown->size(); ++i)
        if ((*outcomes)[i] == ports::FleetOutcome::applied) universe_.witness->committed(*life_, (*shown)[i]);
      done(std::move(outcomes));
    });
  }

 private:
  FleetUniverse& universe_;
  LifeRef life_;
};

}  // namespace

/// A plan, and what its vehicles were wished when it was made.
struct FleetPeople::Planned {
  fleet::Plan plan;
  std::vector<fleet::Wish> wishes;
  int applied = 0;
};

FleetPeople::FleetPeople(FleetUniverse& universe, std::vector<std::unique_ptr<Runner>>& runners)
    : universe_(universe),
      runners_(runners),
      time_(universe.clock, life_, kTrueTime),
      store_(universe.disk, time_),
      shown_(std::make_unique<ShownDisk>(universe, life_, store_.fleet())) {}
FleetPeople::~FleetPeople() { life_->alive = false; }

void FleetPeople::begin() {
  for (const WishPlan& plan : universe_.scenario.wishes)
    universe_.clock.plan(plan.at, life_, [this, &plan] { put(plan); });
  for (const Meddling& meddling : universe_.scenario.meddlings)
    universe_.clock.plan(meddling.at, life_, [this, &meddling] { meddle(meddling); });
  plan_now_and_then();
}

/// Whoever finds the vehicle busy asks again a little later.
void FleetPeople::put(const WishPlan& plan) {
  universe_.faults.count(FleetFault::wish_changed);
  engine::put_wishes({.store = *shown_, .time = time_, .who = std::string(kPeople)},
                     {{.vin = universe_.scenario.cars[plan.car].vin, .wish = plan.wish}}, true,
                     [this, &plan](const auto& outcomes) {
                       if (!outcomes)
                         universe_.clock.plan(universe_.clock.now() + minutes(1), life_,
                                              [this, &plan] { put(plan); });
                     });
}

void FleetPeople::meddle(const Meddling& meddling) {
  if (is_home_) return;
  const CarPlan& car = universe_.scenario.cars[meddling.car];
  const fleet::Vehicle* row = universe_.disk.fleet.find(car.vin);
  if (row == nullptr || !row->oem) return;
  universe_.faults.count(FleetFault::meddled);
  universe_.witness->meddled(car.vin);
  universe_.cloud(*row->oem).meddle(car.vin, meddling.active, universe_.clock.now());
}

void FleetPeople::plan_now_and_then() {
  universe_.clock.plan(universe_.clock.now() + universe_.between(hours(1), hours(7)), life_, [this] {
    if (is_home_) return;
    make_plan();
    plan_now_and_then();
  });
}

engine::FleetControl* FleetPeople::any_control() {
  return runners_[universe_.faults.dice().below(runners_.size())]->control();
}

void FleetPeople::make_plan() {
  engine::FleetControl* const control = any_control();
  if (control == nullptr) return;
  std::vector<fleet::Oem> oems;
  if (universe_.faults.dice().chance(0.5))
    oems.push_back(fleet::all_oems[universe_.faults.dice().below(fleet::oem_count)]);
  const auto id = control->begin(Kind::plan, std::move(oems));
  if (!id) return;
  universe_.faults.count(FleetFault::plan_made);
  control->watch(*id, Instant::never(), [this](const engine::FleetRunView* view) {
    if (view != nullptr) plan_is_made(*view);
  });
}

void FleetPeople::plan_is_made(const engine::FleetRunView& view) {
  universe_.witness->run_ended(view, 0, false);
  if (view.error || !view.plan) return;
  auto planned = std::make_shared<Planned>(Planned{.plan = *view.plan, .wishes = {}});
  for (const auto& item : planned->plan.items)
    planned->wishes.push_back(universe_.disk.fleet.find(item.vin)->wish);
  const Instant at = universe_.clock.now() + universe_.between(minutes(1), minutes(75));
  const bool twice = universe_.faults.dice().chance(0.4);
  const Millis later =
      universe_.faults.dice().chance(0.5) ? Millis(0) : universe_.between(minutes(1), minutes(20));
  universe_.clock.plan(at, life_, [this, planned] { apply(planned); });
  if (twice) universe_.clock.plan(at + later, life_, [this, planned] { apply(planned); });
}

void FleetPeople::apply(const std::shared_ptr<Planned>& planned) {
  engine::FleetControl* const control = is_home_ ? nullptr : any_control();
  if (control == nullptr) return;
  bool had_moved = false;
  for (std::size_t i = 0; i < planned->plan.items.size(); ++i) {
    const auto& now = universe_.disk.fleet.find(planned->plan.items[i].vin)->wish;
    const auto& then = planned->wishes[i];
    had_moved |= now.requested != then.requested || now.start != then.start || now.end != then.end;
  }
  const auto id = control->begin_apply(planned->plan, {});
  if (!id) return;
  const Instant begun = universe_.clock.now();
  control->watch(*id, Instant::never(), [this, planned, begun, had_moved](const engine::FleetRunView* view) {
    if (view != nullptr) applied(planned, begun, had_moved, *view);
  });
}

void FleetPeople::applied(const std::shared_ptr<Planned>& planned, Instant begun, bool had_moved,
                          const engine::FleetRunView& view) {
  universe_.witness->run_ended(view, 0, false);
  if (view.error || !view.summary || view.summary->interrupted) return;
  universe_.faults.count(FleetFault::plan_applied);
  planned->applied += 1;
  auto& witness = *universe_.witness;
  if (planned->applied > 1) witness.violated("P1", {}, fmt::format("{} was applied twice", planned->plan.id));
  if (had_moved)
    witness.violated("P1", {}, fmt::format("{} was applied although wishes had changed", planned->plan.id));
  if (begun - planned->plan.made_at > fleet::kPlanLife)
    witness.violated("P1", {}, fmt::format("{} was applied when it was too old", planned->plan.id));
}

}  // namespace contactor::sim
