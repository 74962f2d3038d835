#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "charging/gazetteer.h"
#include "ports/charging_store.h"
#include "ports/timekeeper.h"

namespace contactor::engine {

/// What came in together: measurements, sessions as their provider tells them, and how far the job got that
/// brought them. `run.high_water_at` moves when all of it is stored, never before.
struct ChargingDelivery {
  std::vector<charging::ChargingStat> stats;
  std::vector<charging::ChargingEvent> events;
  std::optional<charging::LastRunTime> run;
};

/// What became of one record.
struct TakenRecord {
  enum class Kind : std::uint8_t {
    created,
    updated,      ///< it corrects what was on record
    unchanged,    ///< it was on record as it is
    quarantined,  ///< kept and shown, and not used
  };
  Kind kind = Kind::unchanged;
  std::string id;
  std::string why;      ///< of a quarantined one
  bool is_new = false;  ///< it was not on record, quarantined or not
};
[[nodiscard]] std::string_view to_string(TakenRecord::Kind kind);

struct TakenDelivery {
  std::vector<TakenRecord> stats;  ///< in the order in which they came
  std::vector<TakenRecord> events;
  /// Events made of stats.
  std::size_t sessions_created = 0;
  std::size_t sessions_updated = 0;
  std::size_t sessions_withdrawn = 0;
  std::vector<charging::ChargingEvent> changed;  ///< every event that has a new version, as it is stored
};

/// A session that has been silent for so long that it must have ended.
struct SilentStream {
  std::string stream;
  Instant started_at;
};

/// Why a record cannot be taken in, though it is well written; nothing where it can.
[[nodiscard]] std::optional<std::string> refusal_of(const charging::ChargingStat& stat);
[[nodiscard]] std::optional<std::string> refusal_of(const charging::ChargingEvent& event);

/// Where charging data comes in. Stats are stored together with the sessions that they make, whatever order
/// they come in, and with the mark of their job. Two who change one stream at the same time are told apart
/// by the store; the later one looks again.
struct IntakeParts {
  ports::ChargingStore& store;
  ports::Timekeeper& time;
  const charging::Gazetteer* places = nullptr;  ///< names the places of events; null: they stay unnamed
  std::size_t chunk = 200;                      ///< stats that are read at first around what is new
  std::size_t slice = 3'000;                    ///< records that are stored together at most
};

/// Takes all of it, or as much as could be stored before an error: the whole may be handed in again.
/// @param delivery  records without a refusal.
/// @errors  those of the store; conflict where somebody else keeps changing the same streams; exhausted.
void take_in(IntakeParts parts, ChargingDelivery delivery, ports::Done<Result<TakenDelivery>> done);

/// Looks again at sessions that nobody speaks of any more. Errors as above.
void close_silent(IntakeParts parts, std::vector<SilentStream> silent,
                  ports::Done<Result<TakenDelivery>> done);

}  // namespace contactor::engine
