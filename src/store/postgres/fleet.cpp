#include "store/postgres/fleet.h"

#include <map>

#include "store/fleet_check.h"
#include "store/postgres/fleet_statements.h"
#include "store/postgres/store.h"

namespace contactor::store::postgres {
namespace {

using ports::Done;

Status nothing_more(Answer&) { return {}; }

/// A call whose parameters are rows; they live as long as the function.
template <std::size_t count>
std::function<Call()> call_with(const Statement& statement, const std::array<Column, count>& columns,
                                const std::function<void(Rowset&)>& fill) {
  auto rows = std::make_shared<Rowset>(columns);
  fill(*rows);
  return [rows, &statement] {
    Call call{.statement = &statement, .values = {}};
    rows->bind(call.values);
    return call;
  };
}

}  // namespace

Fleet::Fleet(Store& store, const std::string& process)
    : store_(store),
      writing_(store.link_params(Use::hot), store.database_->identity, store.closing_),
      reading_(store.link_params(Use::hot), store.database_->identity, store.closing_),
      vehicles_(writing_, process + "/fleet", [&store](const Error& error) { store.tell_broken(error); }),
      calls_(writing_, process + "/fleet-calls", [&store](const Error& error) { store.tell_broken(error); }),
      lane_("fleet-write", store.params_.limits, [this](auto& batch) { commit(batch); }) {}

void Fleet::close() {
  lane_.close();
  reader_.close();
  walk_.close();
}

void Fleet::commit(std::vector<std::unique_ptr<Job>>& batch) {
  std::vector<VehicleJob*> vehicles;
  std::vector<std::unique_ptr<Job>> calls, finished;
  for (auto& job : batch) {
    auto* const some = job->vehicles();
    if (some != nullptr) vehicles.push_back(some);
    (some != nullptr ? finished : calls).push_back(std::move(job));
  }
  vehicles_.commit(vehicles);
  calls_.commit(calls);
  std::ranges::move(calls, std::back_inserter(finished));
  store_.params_.post([finished = std::move(finished)] {
    for (const auto& job : finished) job->finish();
  });
  batch.clear();
}

void Fleet::push(std::unique_ptr<Job> job) {
  if (lane_.push(job)) return;
  job->refuse(Error{.kind = ErrorKind::exhausted, .origin = "store", .detail = "too many writes are queued"});
  store_.params_.post([refused = std::move(job)] { refused->finish(); });
}

template <class T>
void Fleet::call(typename CallJob<T>::Make make, typename CallJob<T>::Take take, Done<Result<T>> done) {
  push(std::make_unique<CallJob<T>>(std::move(make), std::move(take), std::move(done)));
}

void Fleet::order(std::function<Call()> make, Done<Status> done) {
  call<void>(std::move(make), nothing_more, std::move(done));
}

template <class T, class Read>
void Fleet::read(Read read, Done<Result<T>> done) {
  store_.ask<T>(
      reader_, [this, read = std::move(read)] { return read(FleetReader(reading_)); }, std::move(done));
}

template <class T, class Read>
void Fleet::report(Read read, Done<Result<T>> done) {
  auto& lane = store_.reports_;
  store_.ask<T>(
      lane.worker, [&lane, read = std::move(read)] { return read(FleetReader(lane.link)); }, std::move(done));
}

// -- vehicles ---------------------------------------------------------------------------------------------

void Fleet::write_vehicles(std::vector<ports::FleetWrite> writes,
                           Done<Result<std::vector<ports::FleetOutcome>>> done) {
  auto sound = check(writes);
  auto job = std::make_unique<VehicleJob>(std::move(writes), std::move(done));
  if (sound) return push(std::move(job));
  job->refuse(sound.error());
  store_.params_.post([refused = std::move(job)] { refused->finish(); });
}

void Fleet::find_vehicles(std::vector<Vin> vins, Done<Result<std::vector<fleet::Vehicle>>> done) {
  read<std::vector<fleet::Vehicle>>(
      [vins = std::move(vins)](FleetReader reader) -> Result<std::vector<fleet::Vehicle>> {
        CTR_CHECK(check(vins));
        return reader.find(vins);
      },
      std::move(done));
}

void Fleet::walk(ports::VehicleFilter filter, Done<Result<std::vector<fleet::Vehicle>>> done) {
  if (!store_.admit(done)) return;
  reader_.post([this, filter = std::move(filter), done = std::move(done)]() mutable {
    walk_.read(filter, [this, done = std::move(done)](FleetWalk::Vehicles page) mutable {
      --store_.reads_;
      store_.params_.post(
          [page = std::move(page), done = std::move(done)]() mutable { done(std::move(page)); });
    });
  });
}

void Fleet::vehicles(ports::VehicleFilter filter, Done<Result<std::vector<fleet::Vehicle>>> done) {
  if (filter.walks) return walk(std::move(filter), std::move(done));
  read<std::vector<fleet::Vehicle>>(
      [filter = std::move(filter)](FleetReader reader) { return reader.page(filter); }, std::move(done));
}

void Fleet::vehicle_history(Vin vin, std::size_t limit, Done<Result<std::vector<fleet::HistoryEntry>>> done) {
  read<std::vector<fleet::HistoryEntry>>(
      [vin, limit](FleetReader reader) { return reader.history(vin, limit); }, std::move(done));
}

void Fleet::fleet_totals(Done<Result<ports::FleetTotals>> done) {
  report<ports::FleetTotals>([](FleetReader reader) { return reader.totals(); }, std::move(done));
}

// -- runs -------------------------------------------------------------------------------------------------

void Fleet::claim(std::string name, std::string holder, Millis term, Done<Result<ports::FleetLease>> done) {
  call<ports::FleetLease>(
      [name = std::move(name), holder, term] {
        return Call{.statement = &kClaim, .values = Values().text(name).text(holder).int8(term.count())};
      },
      [holder](Answer& answer) -> Result<ports::FleetLease> {
        CTR_ASSERT(answer.next());
        ports::FleetLease lease{.holder = std::string(answer.read_text()), .until = answer.read_moment()};
        lease.granted = lease.holder == holder;
        return lease;
      },
      std::move(done));
}

void Fleet::release(std::string name, std::string holder, Done<Status> done) {
  order(
      [name = std::move(name), holder = std::move(holder)] {
        return Call{.statement = &kRelease, .values = Values().text(name).text(holder)};
      },
      std::move(done));
}

void Fleet::put_plan(ports::StoredPlan plan, Done<Status> done) {
  order(
      [plan = std::move(plan)] {
        Call call{.statement = &kPutPlan, .values = {}};
        call.values.text(plan.id).moment(plan.made_at).text(plan.document).moment(plan.applied_at);
        call.values.moment(plan.made_at - kPlanKept);
        return call;
      },
      std::move(done));
}

void Fleet::find_plan(std::string id, Done<Result<std::optional<ports::StoredPlan>>> done) {
  read<std::optional<ports::StoredPlan>>(
      [id = std::move(id)](FleetReader reader) { return reader.find_plan(id); }, std::move(done));
}

void Fleet::mark_applied(std::string id, Instant at, Done<Status> done) {
  call<void>([id = std::move(id),
              at] { return Call{.statement = &kMarkApplied, .values = Values().text(id).moment(at)}; },
             [](Answer& answer) -> Status {
               (void)answer.next();
               if (answer.read_number() == 1) return {};
               if (answer.read_number() == 0) return fail(ErrorKind::not_found, "store", "no such plan");
               return fail(ErrorKind::conflict, "store", "the plan was applied before");
             },
             std::move(done));
}

void Fleet::put_metrics(std::vector<ports::ActivationMetric> metrics, Done<Status> done) {
  // One statement cannot change a row twice: of those with one key the newest is sent.
  std::map<std::pair<std::string, std::string>, ports::ActivationMetric> newest;
  for (auto& metric : metrics) {
    const auto [at, is_new] = newest.try_emplace({metric.date, metric.oem}, metric);
    if (!is_new && at->second.updated_at <= metric.updated_at) at->second = std::move(metric);
  }
  order(call_with(kPutMetrics, kFleetMetricColumns,
                  [&](Rowset& rows) {
                    for (const auto& [key, metric] : newest) put_metric(rows, metric);
                  }),
        std::move(done));
}

void Fleet::metrics(std::size_t days, Done<Result<std::vector<ports::ActivationMetric>>> done) {
  report<std::vector<ports::ActivationMetric>>([days](FleetReader reader) { return reader.metrics(days); },
                                               std::move(done));
}

// -- models, alerts, people -------------------------------------------------------------------------------

void Fleet::put_model(fleet::VehicleModel model, Done<Result<fleet::VehicleModel>> done) {
  auto make = call_with(kPutModel, kFleetModelColumns,
                        [&](Rowset& rows) { contactor::store::put_model(rows, model); });
  call<fleet::VehicleModel>(
      std::move(make),
      [model](Answer& answer) -> Result<fleet::VehicleModel> {
        CTR_ASSERT(answer.next());
        auto stored = model;
        stored.id = answer.read_number();
        return stored;
      },
      std::move(done));
}

void Fleet::models(Done<Result<std::vector<fleet::VehicleModel>>> done) {
  read<std::vector<fleet::VehicleModel>>([](FleetReader reader) { return reader.models(); }, std::move(done));
}

void Fleet::put_alerts(std::vector<fleet::Alert> alerts, Done<Status> done) {
  std::map<std::tuple<std::uint8_t, Vin, fleet::AlertKind, std::string>, const fleet::Alert*> last;
  for (const auto& alert : alerts) last[{alert.vin.shard(), alert.vin, alert.kind, alert.about}] = &alert;
  order(call_with(kPutAlerts, kFleetAlertColumns,
                  [&](Rowset& rows) {
                    for (const auto& [key, alert] : last) {
                      rows.number(alert->vin.shard());
                      put_alert(rows, *alert);
                    }
                  }),
        std::move(done));
}

void Fleet::alerts(bool lasting_only, std::size_t limit, Done<Result<std::vector<fleet::Alert>>> done) {
  report<std::vector<fleet::Alert>>(
      [lasting_only, limit](FleetReader reader) { return reader.alerts(lasting_only, limit); },
      std::move(done));
}

void Fleet::link_admins(Instant at, Done<Result<std::uint64_t>> done) {
  call<std::uint64_t>(
      [at] { return Call{.statement = &kLinkAdmins, .values = Values().moment(at)}; },
      [](Answer& answer) -> Result<std::uint64_t> { return static_cast<std::uint64_t>(answer.changed()); },
      std::move(done));
}

// -- Tesla ------------------------------------------------------------------------------------------------

void Fleet::tesla_owners(Done<Result<std::vector<ports::StoredTeslaOwner>>> done) {
  read<std::vector<ports::StoredTeslaOwner>>([](FleetReader reader) { return reader.tesla_owners(); },
                                             std::move(done));
}

void Fleet::find_tesla_owner(Vin vin, Done<Result<std::optional<ports::StoredTeslaOwner>>> done) {
  read<std::optional<ports::StoredTeslaOwner>>([vin](FleetReader reader) { return reader.tesla_owner(vin); },
                                               std::move(done));
}

void Fleet::put_tesla_owner(ports::StoredTeslaOwner owner, Done<Status> done) {
  call<void>(
      [owner = std::move(owner)] {
        Call call{.statement = owner.version == 1 ? &kPutFirstOwner : &kPutNextOwner, .values = {}};
        call.values.int4(owner.vin.shard()).text(owner.vin.str()).text(owner.name).text(owner.email);
        call.values.text(owner.region).int4(static_cast<std::int32_t>(owner.version));
        call.values.text(owner.sealed_code).text(owner.sealed_tokens).text(owner.callback_url);
        return call;
      },
      [](Answer& answer) -> Status {
        if (answer.next() && answer.read_number() == 1) return {};
        return fail(ErrorKind::conflict, "store", "the owner was changed meanwhile");
      },
      std::move(done));
}

void Fleet::tesla_fleet_codes(Done<Result<std::vector<std::pair<std::string, std::string>>>> done) {
  read<std::vector<std::pair<std::string, std::string>>>(
      [](FleetReader reader) { return reader.tesla_codes(); }, std::move(done));
}

void Fleet::put_tesla_fleet_code(std::string fleet, std::string sealed_code, Instant at, Done<Status> done) {
  order(
      [fleet = std::move(fleet), code = std::move(sealed_code), at] {
        return Call{.statement = &kPutTeslaCode, .values = Values().text(fleet).text(code).moment(at)};
      },
      std::move(done));
}

}  // namespace contactor::store::postgres
