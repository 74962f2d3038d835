#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"

namespace contactor::fleet {

/// A day of the calendar, without a zone.
using Day = std::chrono::sys_days;

/// Reads `2026-11-21`, the day of an RFC 3339 moment, `21/11/2026` and `21/11/26`; nothing where it is none
/// of them or not in the calendar.
[[nodiscard]] std::optional<Day> parse_day(std::string_view text);
/// `2026-11-21`.
[[nodiscard]] std::string to_string(Day day);

/// A time zone of the IANA database, for instance "Europe/Paris". Cheap to copy.
class Zone {
 public:
  /// UTC.
  Zone();
  /// @errors  invalid: no such zone, or no zone database on this machine.
  [[nodiscard]] static Result<Zone> find(std::string_view name);

  [[nodiscard]] std::string name() const;
  /// The first moment of the day; where midnight does not exist, the first moment after it.
  [[nodiscard]] Instant start_of(Day day) const;
  [[nodiscard]] Day day_of(Instant at) const;

 private:
  const void* zone_ = nullptr;  ///< lives as long as the program; null: UTC
};

}  // namespace contactor::fleet
