#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "charging/sessions.h"

namespace contactor::charging {

/// Where on the way from the grid to the battery the energy of a session was counted.
enum class MeasuredAt : std::uint8_t { unknown, ac, dc, battery };

/// What the estimate needs of one session. All optional members may be missing; it says then why it could not
/// use it.
struct SohSession {
  IdOf<ChargingEvent> id;
  Instant started_at;
  std::optional<Instant> ended_at;
  Direction direction = Direction::import_;
  std::optional<MicroWattHours> energy;
  std::optional<MilliPercent> start_state_of_charge;
  std::optional<MilliPercent> end_state_of_charge;
  std::optional<Metres> odometer;
  MeasuredAt measured_at = MeasuredAt::unknown;
  Quality quality;
  bool quarantined = false;
};
/// @param measured_at  as the provider's documents say; `unknown` where they do not.
[[nodiscard]] SohSession to_soh_session(const Session& session, MeasuredAt measured_at = MeasuredAt::unknown);

/// Which part of the energy counted reaches the battery and can be drawn again, and how sure that is (one
/// standard deviation), in milli-percent.
struct Efficiency {
  MilliPercent value;
  MilliPercent uncertainty;
};
/// Losses by where they were counted. The defaults are what is usual of passenger cars; where a vehicle's own
/// are known they belong here.
/// @source  published tests of whole charges: 10 to 20 % lost from an AC socket, half of that or less from
/// DC.
struct SohLosses {
  Efficiency ac{MilliPercent(88'000), MilliPercent(2'500)};
  Efficiency dc{MilliPercent(95'000), MilliPercent(2'000)};
  Efficiency battery{MilliPercent(98'500), MilliPercent(1'000)};
  Efficiency unknown{MilliPercent(91'000), MilliPercent(5'000)};
};

/// The battery as it was new.
struct SohModel {
  /// The usable capacity (`vehicle_model.battery_capacity_wh`); missing: no state of health, only a capacity.
  std::optional<WattHours> capacity;
  bool is_typed_by_hand = false;
  SohLosses losses;
};

enum class SohOutcome : std::uint8_t {
  estimated,
  capacity_only,  ///< how much the battery holds is known, but not what it held when it was new
  not_enough_data,
};
enum class Confidence : std::uint8_t { none, low, medium, high };

/// Why the confidence is not higher.
enum class SohDoubt : std::uint8_t {
  few_sessions,  ///< fewer than 12
  wide_interval,
  model_missing,
  model_typed_by_hand,
  model_does_not_fit,  ///< the capacity is beyond 40 to 115 % of the model's: it is another battery
  above_new,           ///< more than 5 % above new: the model may be another one
  losses_assumed,      ///< where most of the energy was counted is not known
  many_rejected,       ///< a quarter and more of what should have been usable lay off the line
  oem_disagrees,       ///< the maker's value is 5 points or more outside of the interval
};

/// Why a session was not used.
enum class SohRejection : std::uint8_t {
  quarantined,
  still_open,
  exported,
  no_state_of_charge,
  impossible_state_of_charge,
  too_little_change,  ///< less than kSohChangeMin
  no_energy,
  energy_incomplete,     ///< it has gaps
  energy_contradictory,  ///< registers and power, or the reported energy, tell two stories
  impossible_capacity,   ///< below 1 kWh or above 2 MWh
  told_twice,            ///< the same id came before
  older_than_needed,     ///< there are kSohSessionsMax newer ones
  off_the_line,          ///< too far from what the other sessions say
};

template <>
struct Spelling<MeasuredAt> {
  static constexpr std::array<std::string_view, 4> names = {"unknown", "ac", "dc", "battery"};
};
template <>
struct Spelling<SohOutcome> {
  static constexpr std::array<std::string_view, 3> names = {"estimated", "capacity_only", "not_enough_data"};
};
template <>
struct Spelling<Confidence> {
  static constexpr std::array<std::string_view, 4> names = {"none", "low", "medium", "high"};
};
template <>
struct Spelling<SohDoubt> {
  static constexpr std::array<std::string_view, 9> names = {
      "few_sessions", "wide_interval",  "model_missing", "model_typed_by_hand", "model_does_not_fit",
      "above_new",    "losses_assumed", "many_rejected", "oem_disagrees"};
};
template <>
struct Spelling<SohRejection> {
  static constexpr std::array<std::string_view, 13> names = {"quarantined",
                                                             "still_open",
                                                             "exported",
                                                             "no_state_of_charge",
                                                             "impossible_state_of_charge",
                                                             "too_little_change",
                                                             "no_energy",
                                                             "energy_incomplete",
                                                             "energy_contradictory",
                                                             "impossible_capacity",
                                                             "told_twice",
                                                             "older_than_needed",
                                                             "off_the_line"};
};

/// A value with its 90 % interval.
template <class Unit>
struct Interval {
  Quantity<Unit> value;
  Quantity<Unit> low;
  Quantity<Unit> high;
};

/// What the capacity changes by.
struct SohTrend {
  enum class Over : std::uint8_t { year, ten_thousand_km };
  Over over = Over::year;
  Interval<KilowattHourUnit> change;  ///< negative: it ages
};

struct SohUsed {
  IdOf<ChargingEvent> id;
  WattHours capacity;   ///< what this session alone says
  MilliPercent change;  ///< of the state of charge
  MeasuredAt measured_at = MeasuredAt::unknown;
};
struct SohRejected {
  IdOf<ChargingEvent> id;
  SohRejection reason = SohRejection::no_energy;
};

struct SohAnswer {
  SohOutcome outcome = SohOutcome::not_enough_data;
  Confidence confidence = Confidence::none;
  std::vector<SohDoubt> doubts;  ///< in the order of the type
  std::optional<Interval<MilliPercentUnit>> soh;
  std::optional<Interval<KilowattHourUnit>> capacity;  ///< usable, as of `as_of`
  std::optional<SohTrend> trend;          ///< where the sessions reach over enough time or distance
  std::optional<Instant> as_of;           ///< the end of the newest session used
  std::vector<SohUsed> used;              ///< in order of their end
  std::vector<SohRejected> rejected;      ///< in order of their ids
  std::size_t sessions_missing = 0;       ///< how many more are needed at least
  std::optional<MilliPercent> oem_value;  ///< as the maker says, never mixed in
};

/// A session that changes the state of charge by less says more about rounding than about the battery.
inline constexpr MilliPercent kSohChangeMin{20'000};
inline constexpr std::size_t kSohSessionsMin = 5;
inline constexpr std::size_t kSohSessionsMax = 100;

/// State of health of one vehicle, from what its sessions put into the battery. Each session says a capacity:
/// energy less losses, divided by the change of the state of charge. A robust line over them finds what does
/// not belong, a weighted one through the rest is the answer; docs/charging.md says it at length.
/// @param sessions   in any order; the answer does not depend on it.
/// @param oem_value  what the maker reports, to stand beside it.
/// @return           always an answer; "not enough data" is one. Cost: O(n log n), and O(kSohSessionsMax²)
/// once.
[[nodiscard]] SohAnswer estimate_soh(std::span<const SohSession> sessions, const SohModel& model,
                                     std::optional<MilliPercent> oem_value = {});

}  // namespace contactor::charging
