#include "fleet/fleet_mutants.h"

#include <algorithm>
#include <array>
#include <map>

#include "fleet/forwarding_fleet_store.h"

namespace contactor::sim {
namespace {

using ports::CloudAnswers;
using ports::CloudSubject;
using std::chrono::seconds;
using Subjects = std::vector<CloudSubject>;
using WriteDone = ports::Done<Result<std::vector<ports::FleetOutcome>>>;

/// Every call asks here first; the derived class says what it makes of it.
class BrokenFleetStore : public ForwardingFleetStore {
 public:
  BrokenFleetStore(FleetUniverse& universe, LifeRef life, ports::FleetStore& inner)
      : ForwardingFleetStore(inner), universe_(universe), life_(std::move(life)) {}

 protected:
  FleetUniverse& universe_;
  LifeRef life_;
};

/// Intents are acknowledged at once and written when there is time.
class CallsBeforeIntent final : public BrokenFleetStore {
 public:
  using BrokenFleetStore::BrokenFleetStore;
  void write_vehicles(std::vector<ports::FleetWrite> writes, WriteDone done) override {
    const bool intends = std::ranges::all_of(
        writes, [](const auto& write) { return write.after.intent != fleet::Intent::none && !write.entry; });
    if (!intends) return ForwardingFleetStore::write_vehicles(std::move(writes), std::move(done));
    std::vector<ports::FleetOutcome> outcomes(writes.size(), ports::FleetOutcome::applied);
    universe_.clock.plan(universe_.clock.now() + Millis(20), life_,
                         [this, writes = std::move(writes)]() mutable {
                           ForwardingFleetStore::write_vehicles(std::move(writes), [](const auto&) {});
                         });
    universe_.clock.plan(
        universe_.clock.now(), life_,
        [done = std::move(done), outcomes = std::move(outcomes)]() mutable { done(std::move(outcomes)); });
  }
};

class IgnoresLease final : public BrokenFleetStore {
 public:
  using BrokenFleetStore::BrokenFleetStore;
  void claim(std::string name, std::string holder, Millis term,
             Done<Result<ports::FleetLease>> done) override {
    ForwardingFleetStore::claim(std::move(name), std::move(holder), term,
                                [done = std::move(done)](Result<ports::FleetLease> lease) mutable {
                                  if (lease) lease->granted = true;
                                  done(std::move(lease));
                                });
  }
};

/// Whoever is refused is no longer wanted on.
class RewritesWish final : public BrokenFleetStore {
 public:
  using BrokenFleetStore::BrokenFleetStore;
  void write_vehicles(std::vector<ports::FleetWrite> writes, WriteDone done) override {
    for (auto& write : writes)
      if (write.after.blocked) write.after.wish.requested = false;
    ForwardingFleetStore::write_vehicles(std::move(writes), std::move(done));
  }
};

class KeepsNoHistory final : public BrokenFleetStore {
 public:
  using BrokenFleetStore::BrokenFleetStore;
  void write_vehicles(std::vector<ports::FleetWrite> writes, WriteDone done) override {
    for (auto& write : writes)
      if (write.after.failures > 0) write.entry.reset();
    ForwardingFleetStore::write_vehicles(std::move(writes), std::move(done));
  }
};

class ForgetsApplied final : public BrokenFleetStore {
 public:
  using BrokenFleetStore::BrokenFleetStore;
  void find_plan(std::string id, Done<Result<std::optional<ports::StoredPlan>>> done) override {
    ForwardingFleetStore::find_plan(
        std::move(id), [done = std::move(done)](Result<std::optional<ports::StoredPlan>> plan) mutable {
          if (plan && *plan) (*plan)->applied_at.reset();
          done(std::move(plan));
        });
  }
  void mark_applied(std::string id, Instant at, Done<Status> done) override {
    ForwardingFleetStore::mark_applied(std::move(id), at,
                                       [done = std::move(done)](const Status&) mutable { done({}); });
  }
};

class ForgetsTellings final : public BrokenFleetStore {
 public:
  using BrokenFleetStore::BrokenFleetStore;
  void put_alerts(std::vector<fleet::Alert> alerts, Done<Status> done) override {
    for (auto& alert : alerts) alert.told_at = {};
    ForwardingFleetStore::put_alerts(std::move(alerts), std::move(done));
  }
};

class KeepsOldMetrics final : public BrokenFleetStore {
 public:
  using BrokenFleetStore::BrokenFleetStore;
  void put_metrics(std::vector<ports::ActivationMetric> metrics, Done<Status> done) override {
    std::erase_if(metrics, [&](const auto& metric) {
      return universe_.disk.fleet.metrics.contains({metric.date, metric.oem});
    });
    ForwardingFleetStore::put_metrics(std::move(metrics), std::move(done));
  }
};

class BrokenCloud : public ports::OemCloud {
 public:
  explicit BrokenCloud(ports::OemCloud& inner) : inner_(inner) {}
  [[nodiscard]] fleet::Oem oem() const override { return inner_.oem(); }
  [[nodiscard]] ports::CloudLimits limits() const override { return inner_.limits(); }
  void observe(Subjects subjects, ports::Done<CloudAnswers> done) override {
    inner_.observe(std::move(subjects), std::move(done));
  }
  void activate(Subjects subjects, ports::Done<CloudAnswers> done) override {
    inner_.activate(std::move(subjects), std::move(done));
  }
  void deactivate(Subjects subjects, ports::Done<CloudAnswers> done) override {
    inner_.deactivate(std::move(subjects), std::move(done));
  }
  void describe(CloudSubject subject, ports::Done<Result<fleet::ModelFacts>> done) override {
    inner_.describe(std::move(subject), std::move(done));
  }
  void check(ports::Done<Status> done) override { inner_.check(std::move(done)); }

 protected:
  ports::OemCloud& inner_;
};

/// What went wrong counts as done, or as nothing.
ports::Done<CloudAnswers> taken_as_inactive(ports::Done<CloudAnswers> done) {
  return [done = std::move(done)](CloudAnswers answers) mutable {
    for (auto& answer : answers)
      if (!answer || answer->standing == fleet::Standing::unknown)
        answer = fleet::CloudState{.standing = fleet::Standing::inactive};
    done(std::move(answers));
  };
}

class UnknownIsInactive final : public BrokenCloud {
 public:
  using BrokenCloud::BrokenCloud;
  void observe(Subjects subjects, ports::Done<CloudAnswers> done) override {
    inner_.observe(std::move(subjects), taken_as_inactive(std::move(done)));
  }
};

class FailedDeactivationIsDone final : public BrokenCloud {
 public:
  using BrokenCloud::BrokenCloud;
  void deactivate(Subjects subjects, ports::Done<CloudAnswers> done) override {
    inner_.deactivate(std::move(subjects), taken_as_inactive(std::move(done)));
  }
};

/// Looks once, and answers from memory from then on.
class NeverLooksAgain final : public BrokenCloud {
 public:
  using BrokenCloud::BrokenCloud;
  void observe(Subjects subjects, ports::Done<CloudAnswers> done) override {
    CloudAnswers known;
    for (const auto& subject : subjects)
      if (const auto found = seen_.find(subject.vin); found != seen_.end()) known.emplace_back(found->second);
    if (known.size() == subjects.size()) return done(std::move(known));
    inner_.observe(subjects, [this, subjects, done = std::move(done)](CloudAnswers answers) mutable {
      for (std::size_t i = 0; i < answers.size(); ++i)
        if (answers[i]) seen_.insert_or_assign(subjects[i].vin, *answers[i]);
      done(std::move(answers));
    });
  }

 private:
  std::map<Vin, fleet::CloudState> seen_;
};

template <class Broken>
std::unique_ptr<ports::FleetStore> store_of(FleetUniverse& universe, LifeRef life, ports::FleetStore& inner) {
  return std::make_unique<Broken>(universe, std::move(life), inner);
}
template <class Broken>
std::unique_ptr<ports::OemCloud> cloud_of(ports::OemCloud& inner) {
  return std::make_unique<Broken>(inner);
}

void lose_answers(FleetScenario& scenario) {
  scenario.rates[static_cast<std::size_t>(FleetFault::net_reply_lost)] = 0.1;
}
/// People may be told twice where something went wrong in between.
void be_calm(FleetScenario& scenario) {
  scenario.rates.fill(0);
  scenario.world.faults.clear();
}
void take_three(FleetScenario& scenario) { scenario.runners = 3; }
void fail_calls(FleetScenario& scenario) {
  scenario.world.faults.set(world::FaultKind::cloud_server_error, 0.2);
}

const std::array kMutants{
    FleetMutant{.name = "call_before_intent",
                .breaks = "an intent is committed before its cloud is called",
                .caught_by = "O3",
                .store = store_of<CallsBeforeIntent>},
    FleetMutant{.name = "fleet_lease_ignored",
                .breaks = "who does not get the lease of a cloud leaves it alone",
                .caught_by = "L1",
                .store = store_of<IgnoresLease>,
                .make_likely = take_three},
    FleetMutant{.name = "unknown_is_inactive",
                .breaks = "what could not be read stays as it was",
                .caught_by = "S1 O3 O5",
                .cloud = cloud_of<UnknownIsInactive>,
                .make_likely = fail_calls},
    FleetMutant{.name = "failed_deactivation_done",
                .breaks = "a deactivation that failed is none",
                .caught_by = "S1",
                .cloud = cloud_of<FailedDeactivationIsDone>,
                .make_likely = fail_calls},
    FleetMutant{.name = "wish_rewritten",
                .breaks = "what people want is theirs",
                .caught_by = "W1",
                .store = store_of<RewritesWish>},
    FleetMutant{.name = "retry_without_looking",
                .breaks = "what may have been done is looked at before it is asked for again",
                .caught_by = "O3",
                .cloud = cloud_of<NeverLooksAgain>,
                .make_likely = lose_answers},
    FleetMutant{.name = "attempt_untold",
                .breaks = "each attempt has its row of history",
                .caught_by = "O3",
                .store = store_of<KeepsNoHistory>,
                .make_likely = fail_calls},
    FleetMutant{.name = "plan_applied_again",
                .breaks = "a plan is applied once",
                .caught_by = "P1",
                .store = store_of<ForgetsApplied>},
    FleetMutant{.name = "alert_told_again",
                .breaks = "what was told is not told again",
                .caught_by = "O4",
                .store = store_of<ForgetsTellings>,
                .make_likely = be_calm},
    FleetMutant{.name = "first_metric_stays",
                .breaks = "the newest count of a day wins",
                .caught_by = "O6",
                .store = store_of<KeepsOldMetrics>},
};

}  // namespace

std::span<const FleetMutant> fleet_mutants() { return kMutants; }

const FleetMutant* find_fleet_mutant(std::string_view name) {
  const auto found = std::ranges::find(kMutants, name, &FleetMutant::name);
  return found == kMutants.end() ? nullptr : &*found;
}

}  // namespace contactor::sim
