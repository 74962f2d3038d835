#include "store/sqlite/fleet.h"

#include "store/fleet_check.h"
#include "store/sqlite/fleet_reader.h"
#include "store/sqlite/fleet_writer.h"
#include "store/sqlite/store.h"

namespace contactor::store::sqlite {
namespace {

using ports::Done;

constexpr std::int64_t kLast = INT64_MAX;  ///< the key of writes that belong to no activation

}  // namespace

template <class T, class Write>
void Fleet::write(Write write, Done<Result<T>> done) {
  store_.enqueue<T>(
      kLast,
      [write = std::move(write)](Writer& writer) {
        FleetWriter fleet(writer.connection());
        return write(fleet);
      },
      std::move(done));
}

template <class T, class Read>
void Fleet::read(Read read, Done<Result<T>> done) {
  store_.ask<T>(
      [read = std::move(read)](Reader& reader) {
        FleetReader fleet(reader.connection());
        return read(fleet);
      },
      std::move(done));
}

// -- vehicles --------------------------------------------------------------------------------------------

void Fleet::write_vehicles(std::vector<ports::FleetWrite> writes,
                           Done<Result<std::vector<ports::FleetOutcome>>> done) {
  if (auto sound = check(writes); !sound)
    return store_.params_.post(
        [error = sound.error(), done = std::move(done)]() mutable { done(fail(std::move(error))); });
  write<std::vector<ports::FleetOutcome>>(
      [writes = std::move(writes)](FleetWriter& writer) { return writer.write(writes); }, std::move(done));
}

void Fleet::find_vehicles(std::vector<Vin> vins, Done<Result<std::vector<fleet::Vehicle>>> done) {
  read<std::vector<fleet::Vehicle>>(
      [vins = std::move(vins)](FleetReader& reader) -> Result<std::vector<fleet::Vehicle>> {
        CTR_CHECK(check(vins));
        return reader.find(vins);
      },
      std::move(done));
}

void Fleet::vehicles(ports::VehicleFilter filter, Done<Result<std::vector<fleet::Vehicle>>> done) {
  read<std::vector<fleet::Vehicle>>(
      [filter = std::move(filter)](FleetReader& reader) { return reader.page(filter); }, std::move(done));
}

void Fleet::vehicle_history(Vin vin, std::size_t limit, Done<Result<std::vector<fleet::HistoryEntry>>> done) {
  read<std::vector<fleet::HistoryEntry>>(
      [vin, limit](FleetReader& reader) { return reader.history(vin, limit); }, std::move(done));
}

void Fleet::fleet_totals(Done<Result<ports::FleetTotals>> done) {
  read<ports::FleetTotals>([](FleetReader& reader) { return reader.totals(); }, std::move(done));
}

// -- runs ------------------------------------------------------------------------------------------------

void Fleet::claim(std::string name, std::string holder, Millis term, Done<Result<ports::FleetLease>> done) {
  write<ports::FleetLease>([name = std::move(name), holder = std::move(holder),
                            term](FleetWriter& writer) { return writer.claim(name, holder, term); },
                           std::move(done));
}

void Fleet::release(std::string name, std::string holder, Done<Status> done) {
  write<void>([name = std::move(name),
               holder = std::move(holder)](FleetWriter& writer) { return writer.release(name, holder); },
              std::move(done));
}

void Fleet::put_plan(ports::StoredPlan plan, Done<Status> done) {
  write<void>([plan = std::move(plan)](FleetWriter& writer) { return writer.put(plan); }, std::move(done));
}

void Fleet::find_plan(std::string id, Done<Result<std::optional<ports::StoredPlan>>> done) {
  read<std::optional<ports::StoredPlan>>(
      [id = std::move(id)](FleetReader& reader) { return reader.find_plan(id); }, std::move(done));
}

void Fleet::mark_applied(std::string id, Instant at, Done<Status> done) {
  write<void>([id = std::move(id), at](FleetWriter& writer) { return writer.mark_applied(id, at); },
              std::move(done));
}

void Fleet::put_metrics(std::vector<ports::ActivationMetric> metrics, Done<Status> done) {
  write<void>([metrics = std::move(metrics)](FleetWriter& writer) { return writer.put(metrics); },
              std::move(done));
}

void Fleet::metrics(std::size_t days, Done<Result<std::vector<ports::ActivationMetric>>> done) {
  read<std::vector<ports::ActivationMetric>>([days](FleetReader& reader) { return reader.metrics(days); },
                                             std::move(done));
}

// -- models, alerts, people ------------------------------------------------------------------------------

void Fleet::put_model(fleet::VehicleModel model, Done<Result<fleet::VehicleModel>> done) {
  write<fleet::VehicleModel>([model = std::move(model)](FleetWriter& writer) { return writer.put(model); },
                             std::move(done));
}

void Fleet::models(Done<Result<std::vector<fleet::VehicleModel>>> done) {
  read<std::vector<fleet::VehicleModel>>([](FleetReader& reader) { return reader.models(); },
                                         std::move(done));
}

void Fleet::put_alerts(std::vector<fleet::Alert> alerts, Done<Status> done) {
  write<void>([alerts = std::move(alerts)](FleetWriter& writer) { return writer.put(alerts); },
              std::move(done));
}

void Fleet::alerts(bool lasting_only, std::size_t limit, Done<Result<std::vector<fleet::Alert>>> done) {
  read<std::vector<fleet::Alert>>(
      [lasting_only, limit](FleetReader& reader) { return reader.alerts(lasting_only, limit); },
      std::move(done));
}

void Fleet::link_admins(Instant at, Done<Result<std::uint64_t>> done) {
  write<std::uint64_t>([at](FleetWriter& writer) { return writer.link_admins(at); }, std::move(done));
}

// -- Tesla -----------------------------------------------------------------------------------------------

void Fleet::tesla_owners(Done<Result<std::vector<ports::StoredTeslaOwner>>> done) {
  read<std::vector<ports::StoredTeslaOwner>>([](FleetReader& reader) { return reader.tesla_owners(); },
                                             std::move(done));
}

void Fleet::find_tesla_owner(Vin vin, Done<Result<std::optional<ports::StoredTeslaOwner>>> done) {
  read<std::optional<ports::StoredTeslaOwner>>([vin](FleetReader& reader) { return reader.tesla_owner(vin); },
                                               std::move(done));
}

void Fleet::put_tesla_owner(ports::StoredTeslaOwner owner, Done<Status> done) {
  write<void>([owner = std::move(owner)](FleetWriter& writer) { return writer.put(owner); }, std::move(done));
}

void Fleet::tesla_fleet_codes(Done<Result<std::vector<std::pair<std::string, std::string>>>> done) {
  read<std::vector<std::pair<std::string, std::string>>>(
      [](FleetReader& reader) { return reader.tesla_codes(); }, std::move(done));
}

void Fleet::put_tesla_fleet_code(std::string fleet, std::string sealed_code, Instant at, Done<Status> done) {
  write<void>([fleet = std::move(fleet), sealed_code = std::move(sealed_code),
               at](FleetWriter& writer) { return writer.put_tesla_code(fleet, sealed_code, at); },
              std::move(done));
}

}  // namespace contactor::store::sqlite
