#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fleet/alerts.h"
#include "fleet/enrich.h"
#include "fleet/vehicle.h"
#include "ports/http.h"

namespace contactor::ports {

/// One step of one vehicle. Fenced by `after.version - 1`, applied as a whole or refused as a whole.
struct FleetWrite {
  fleet::Vehicle after;
  std::optional<fleet::HistoryEntry> entry;
};
enum class FleetOutcome : std::uint8_t {
  applied,
  stale,  ///< another step was faster; nothing of it was stored
};

struct VehicleFilter {
  std::string fleet;              ///< empty: all
  std::optional<fleet::Oem> oem;  ///< by the stored route
  std::optional<bool> status;
  std::string after;  ///< keyset cursor: the last VIN of the page before; empty: from the first
  std::size_t limit = 50;
  bool walks = false;  ///< the page after this one will be asked for at once: a store may begin to read it

  bool operator==(const VehicleFilter&) const = default;
};

/// Who runs what. Time is the store's, so that clocks of several machines need not agree.
struct FleetLease {
  bool granted = false;
  std::string holder;  ///< who has it now: the asker where it was granted
  Instant until;
};

/// A row of `fct_activation_metric`.
struct ActivationMetric {
  std::string date;  ///< `2026-11-21`, of the configured zone
  std::string oem;   ///< "unmapped" for vehicles without a cloud
  std::uint64_t activated = 0;
  bool partial = false;  ///< the run did not reach every cloud
  std::string run;
  Instant updated_at;
};

struct FleetTotals {
  struct Row {
    std::optional<fleet::Oem> oem;
    std::uint64_t vehicles = 0;
    std::uint64_t active = 0;
  };
  std::vector<Row> rows;  ///< by cloud, unmapped last
};

/// A plan that was made: so that it is applied once.
struct StoredPlan {
  std::string id;
  Instant made_at;
  std::string document;  ///< the file of `fleet::to_file`
  std::optional<Instant> applied_at;
};

/// The owner of a single Tesla; tokens sealed by the caller.
struct StoredTeslaOwner {
  Vin vin;
  std::string name;
  std::string email;
  std::string region;         ///< "EUROPE", "NORTH_AMERICA", "CHINA"
  std::string sealed_code;    ///< the consent's code, until it is exchanged
  std::string sealed_tokens;  ///< the newest refresh token; replaced before the old one is used up
  std::string callback_url;
  std::uint32_t version = 0;
};

/// Where the fleet capability keeps everything durable. Thread and errors as in `ports::Store`.
class FleetStore {
 public:
  virtual ~FleetStore() = default;

  // -- vehicles -------------------------------------------------------------------------------------------
  /// The steps of many vehicles in one or few commits; one outcome each, in their order. A vehicle that is
  /// on record only because a feature was ordered for it counts as version 0.
  virtual void write_vehicles(std::vector<FleetWrite> writes,
                              Done<Result<std::vector<FleetOutcome>>> done) = 0;
  /// Those on record, in no order; at most 10 000 asked at once.
  virtual void find_vehicles(std::vector<Vin> vins, Done<Result<std::vector<fleet::Vehicle>>> done) = 0;
  /// Keyset-paged, in an order of the store's own that never changes: by VIN where all stand in one place, by
  /// shard and VIN where they are spread. At most 10 000 at once.
  /// @errors  invalid: `after` is no VIN.
  virtual void vehicles(VehicleFilter filter, Done<Result<std::vector<fleet::Vehicle>>> done) = 0;
  /// Oldest first, at most `limit` of the newest.
  virtual void vehicle_history(Vin vin, std::size_t limit,
                               Done<Result<std::vector<fleet::HistoryEntry>>> done) = 0;
  virtual void fleet_totals(Done<Result<FleetTotals>> done) = 0;

  // -- runs -----------------------------------------------------------------------------------------------
  /// Takes or renews the lease `name` for `term`; not granted while another holder's lasts.
  virtual void claim(std::string name, std::string holder, Millis term, Done<Result<FleetLease>> done) = 0;
  virtual void release(std::string name, std::string holder, Done<Status> done) = 0;
  /// The same id again changes nothing. Forgets plans that were made a week before this one.
  virtual void put_plan(StoredPlan plan, Done<Status> done) = 0;
  virtual void find_plan(std::string id, Done<Result<std::optional<StoredPlan>>> done) = 0;
  /// @errors  conflict: it was applied before; not_found.
  virtual void mark_applied(std::string id, Instant at, Done<Status> done) = 0;
  /// The newest of each day and cloud wins.
  virtual void put_metrics(std::vector<ActivationMetric> metrics, Done<Status> done) = 0;
  /// Newest day first.
  virtual void metrics(std::size_t days, Done<Result<std::vector<ActivationMetric>>> done) = 0;

  // -- models, alerts, people -----------------------------------------------------------------------------
  /// The same make, name, type and version is the same row; answers with its id.
  virtual void put_model(fleet::VehicleModel model, Done<Result<fleet::VehicleModel>> done) = 0;
  virtual void models(Done<Result<std::vector<fleet::VehicleModel>>> done) = 0;
  /// By kind, VIN and about.
  virtual void put_alerts(std::vector<fleet::Alert> alerts, Done<Status> done) = 0;
  /// Newest first.
  virtual void alerts(bool lasting_only, std::size_t limit, Done<Result<std::vector<fleet::Alert>>> done) = 0;
  /// Every user with the role "Admin" gets every fleet: `user_fleet`. Fleets that only vehicles name are
  /// entered before. @return  how many links were missing.
  virtual void link_admins(Instant at, Done<Result<std::uint64_t>> done) = 0;

  // -- Tesla ----------------------------------------------------------------------------------------------
  virtual void tesla_owners(Done<Result<std::vector<StoredTeslaOwner>>> done) = 0;
  virtual void find_tesla_owner(Vin vin, Done<Result<std::optional<StoredTeslaOwner>>> done) = 0;
  /// Fenced by version - 1. @errors  conflict.
  virtual void put_tesla_owner(StoredTeslaOwner owner, Done<Status> done) = 0;
  /// The sealed business code of a fleet (`fleet_tesla_authentication_code`); empty: none.
  virtual void tesla_fleet_codes(Done<Result<std::vector<std::pair<std::string, std::string>>>> done) = 0;
  virtual void put_tesla_fleet_code(std::string fleet, std::string sealed_code, Instant at,
                                    Done<Status> done) = 0;
};

}  // namespace contactor::ports
