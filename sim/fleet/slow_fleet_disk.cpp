#include "fleet/slow_fleet_disk.h"

#include "fleet/fleet_witness.h"

namespace contactor::sim {
namespace {

using std::chrono::seconds;

Error away(Applied applied) {
  return {.kind = ErrorKind::unavailable,
          .applied = applied,
          .retry_after = {},
          .origin = "store",
          .detail = "the database is away"};
}

}  // namespace

Millis SlowFleetDisk::latency() {
  const bool slow = universe_.faults.strikes(FleetFault::store_slow);
  return slow ? universe_.between(seconds(1), seconds(30)) : universe_.between(Millis(0), Millis(5));
}

template <class T>
void SlowFleetDisk::fail_later(Done<Result<T>> done) {
  universe_.witness->disturbed();
  universe_.clock.plan(universe_.clock.now() + universe_.between(Millis(1), seconds(5)), life_,
                       [done = std::move(done)]() mutable { done(fail(away(Applied::no))); });
}

/// Sees what is committed by then, or fails.
template <class T>
void SlowFleetDisk::read(Done<Result<T>> done, Ask<T> ask) {
  if (!life_->alive) return;
  if (universe_.faults.strikes(FleetFault::store_read_failed)) return fail_later<T>(std::move(done));
  universe_.clock.plan(universe_.clock.now() + latency(), life_,
                       [done = std::move(done), ask = std::move(ask)]() mutable { ask(std::move(done)); });
}

/// Waits for its turn, is committed or not, and is acknowledged or not.
template <class T>
void SlowFleetDisk::commit(Done<Result<T>> done, Ask<T> apply) {
  if (!life_->alive) return;
  if (universe_.faults.strikes(FleetFault::store_refused)) return fail_later<T>(std::move(done));
  auto acknowledge = [this, done = std::move(done)](Result<T> outcome) mutable {
    if (universe_.crashes(FleetFault::crash_after_commit, life_)) return;
    if (universe_.faults.strikes(FleetFault::freeze_after_commit)) universe_.freeze(life_);
    if (universe_.faults.strikes(FleetFault::store_commit_unknown)) {
      universe_.witness->disturbed();
      outcome = fail(away(Applied::maybe));
    }
    universe_.clock.plan(
        universe_.clock.now() + latency(), life_,
        [done = std::move(done), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); });
  };
  universe_.clock.plan(universe_.clock.now() + latency(), life_,
                       [this, apply = std::move(apply), acknowledge = std::move(acknowledge)]() mutable {
                         if (!universe_.crashes(FleetFault::crash_before_commit, life_))
                           apply(std::move(acknowledge));
                       });
}

void SlowFleetDisk::write_vehicles(std::vector<ports::FleetWrite> writes,
                                   Done<Result<std::vector<ports::FleetOutcome>>> done) {
  using Outcomes = std::vector<ports::FleetOutcome>;
  auto shown = std::make_shared<std::vector<ports::FleetWrite>>(writes);
  commit<Outcomes>(std::move(done), [this, writes = std::move(writes), shown](auto acknowledge) mutable {
    inner().write_vehicles(std::move(writes), [this, shown, acknowledge = std::move(acknowledge)](
                                                  Result<Outcomes> outcomes) mutable {
      for (std::size_t i = 0; outcomes && i < shown->size(); ++i)
        if ((*outcomes)[i] == ports::FleetOutcome::applied) universe_.witness->committed(*life_, (*shown)[i]);
      acknowledge(std::move(outcomes));
    });
  });
}

void SlowFleetDisk::find_vehicles(std::vector<Vin> vins, Done<Result<std::vector<fleet::Vehicle>>> done) {
  read<std::vector<fleet::Vehicle>>(std::move(done), [this, vins = std::move(vins)](auto answer) mutable {
    inner().find_vehicles(std::move(vins), std::move(answer));
  });
}
void SlowFleetDisk::vehicles(ports::VehicleFilter filter, Done<Result<std::vector<fleet::Vehicle>>> done) {
  read<std::vector<fleet::Vehicle>>(std::move(done), [this, filter = std::move(filter)](auto answer) mutable {
    inner().vehicles(std::move(filter), std::move(answer));
  });
}
void SlowFleetDisk::fleet_totals(Done<Result<ports::FleetTotals>> done) {
  read<ports::FleetTotals>(std::move(done), [this](auto answer) { inner().fleet_totals(std::move(answer)); });
}
void SlowFleetDisk::claim(std::string name, std::string holder, Millis term,
                          Done<Result<ports::FleetLease>> done) {
  commit<ports::FleetLease>(
      std::move(done), [this, name = std::move(name), holder = std::move(holder), term](auto answer) mutable {
        inner().claim(std::move(name), std::move(holder), term, std::move(answer));
      });
}
void SlowFleetDisk::release(std::string name, std::string holder, Done<Status> done) {
  commit<void>(std::move(done),
               [this, name = std::move(name), holder = std::move(holder)](auto answer) mutable {
                 inner().release(std::move(name), std::move(holder), std::move(answer));
               });
}
void SlowFleetDisk::put_plan(ports::StoredPlan plan, Done<Status> done) {
  commit<void>(std::move(done), [this, plan = std::move(plan)](auto answer) mutable {
    inner().put_plan(std::move(plan), std::move(answer));
  });
}
void SlowFleetDisk::find_plan(std::string id, Done<Result<std::optional<ports::StoredPlan>>> done) {
  read<std::optional<ports::StoredPlan>>(std::move(done), [this, id = std::move(id)](auto answer) mutable {
    inner().find_plan(std::move(id), std::move(answer));
  });
}
void SlowFleetDisk::mark_applied(std::string id, Instant at, Done<Status> done) {
  commit<void>(std::move(done), [this, id = std::move(id), at](auto answer) mutable {
    inner().mark_applied(std::move(id), at, std::move(answer));
  });
}
void SlowFleetDisk::put_metrics(std::vector<ports::ActivationMetric> metrics, Done<Status> done) {
  commit<void>(std::move(done), [this, metrics = std::move(metrics)](auto answer) mutable {
    inner().put_metrics(std::move(metrics), std::move(answer));
  });
}
void SlowFleetDisk::put_model(fleet::VehicleModel model, Done<Result<fleet::VehicleModel>> done) {
  commit<fleet::VehicleModel>(std::move(done), [this, model = std::move(model)](auto answer) mutable {
    inner().put_model(std::move(model), std::move(answer));
  });
}
void SlowFleetDisk::models(Done<Result<std::vector<fleet::VehicleModel>>> done) {
  read<std::vector<fleet::VehicleModel>>(std::move(done),
                                         [this](auto answer) { inner().models(std::move(answer)); });
}
void SlowFleetDisk::put_alerts(std::vector<fleet::Alert> alerts, Done<Status> done) {
  commit<void>(std::move(done), [this, alerts = std::move(alerts)](auto answer) mutable {
    inner().put_alerts(std::move(alerts), std::move(answer));
  });
}
void SlowFleetDisk::alerts(bool lasting_only, std::size_t limit,
                           Done<Result<std::vector<fleet::Alert>>> done) {
  read<std::vector<fleet::Alert>>(std::move(done), [this, lasting_only, limit](auto answer) {
    inner().alerts(lasting_only, limit, std::move(answer));
  });
}
void SlowFleetDisk::link_admins(Instant at, Done<Result<std::uint64_t>> done) {
  commit<std::uint64_t>(std::move(done),
                        [this, at](auto answer) { inner().link_admins(at, std::move(answer)); });
}

}  // namespace contactor::sim
