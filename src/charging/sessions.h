#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "charging/charging_event.h"
#include "charging/sessions_reading.h"

namespace contactor::charging {

/// How the energy of a session was found.
enum class EnergyMethod : std::uint8_t {
  none,        ///< it is not known
  register_,   ///< "register": differences of the register
  integrated,  ///< power over time
  mixed,       ///< registers where they were sane, power over time in the rest
};
template <>
struct Spelling<EnergyMethod> {
  static constexpr std::array<std::string_view, 4> names = {"none", "register", "integrated", "mixed"};
};

/// One session as the stats of a vehicle tell it: its charging event, and what that has no members for.
struct Session {
  ChargingEvent event;  ///< without version; `energy` in Wh is `energy_uwh` rounded half to even
  EnergyMethod method = EnergyMethod::none;
  std::optional<MicroWattHours> energy;  ///< exact; negative with direction export
  std::optional<Metres> odometer;        ///< where it was last read during the session
  std::size_t stats = 0;
};

/// A new version of one charging event.
struct SessionChange {
  enum class Kind : std::uint8_t {
    created,    ///< version 1
    updated,    ///< its content changed
    withdrawn,  ///< late stats showed that there was no such session: quarantined, `same_as` names what
                ///< covers it
  };
  Kind kind = Kind::created;
  Session session;
};

/// A stat, or its register, that was not used.
struct QuarantinedStat {
  IdOf<ChargingStat> id;
  Instant measured_at;
  StatFault fault = StatFault::says_nothing;
};

/// Makes sessions of the stats of one vehicle. Stats come in any order and batches, late, repeated and
/// corrected: the sessions depend only on which stats there are, the version numbers on how often somebody
/// looked.
class SessionBuilder {
 public:
  static constexpr std::size_t kStatsMax = 500'000;

  /// @param vin  stats that name another vehicle are quarantined; one that names none is believed.
  explicit SessionBuilder(std::optional<Vin> vin = {}) : vin_(vin) {}

  /// Continues the versions of an event that was published before a restart.
  void remember(ChargingEvent published);

  /// Of two stats with one id, or of one device and moment, the one that we received later counts.
  /// @errors  exhausted beyond kStatsMax; nothing of that stat is kept.
  Status take(ChargingStat stat);

  /// All sessions as far as is known. Cost: O(n log n) in the stats.
  /// @param now  a session that charged less than kSilenceMax before it is still open: it has no end and no
  ///             energy. `Instant::never()` closes all.
  [[nodiscard]] std::vector<Session> sessions(Instant now) const;

  /// What changed since the last time, in order of start and id; nothing where the content is the same.
  std::vector<SessionChange> publish(Instant now);

  /// In order of time.
  [[nodiscard]] std::vector<QuarantinedStat> quarantined() const;

 private:
  struct Published {
    ChargingEvent event;
    bool is_withdrawn = false;
  };
  struct Sorted {
    /// By provider and device: readings in order of time, each moment once.
    std::map<std::string, std::vector<Reading>> streams;
    std::vector<QuarantinedStat> quarantined;
  };

  [[nodiscard]] Sorted sorted() const;
  [[nodiscard]] std::optional<StatFault> fault_with(const ChargingStat& cleaned) const;

  std::optional<Vin> vin_;
  std::unordered_map<IdOf<ChargingStat>, ChargingStat> stats_;
  std::unordered_map<IdOf<ChargingEvent>, Published> published_;
};

}  // namespace contactor::charging
