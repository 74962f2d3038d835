#pragma once

#include <string_view>

#include "fleet/steps.h"

namespace contactor::fleet::testing {

/// Fri, 15 Jan 2027 08:00:00 GMT, the present of the tests.
inline constexpr Instant kNow = Instant::from_millis(1'800'000'000'000);
inline constexpr Stamp kStamp{.run = "run", .now = kNow};
inline constexpr Wanted kOn{.active = true, .why = Why::requested};
inline constexpr Wanted kOff{.active = false, .why = Why::not_requested};
inline constexpr Wanted kNobodySaid{.active = false, .decided = false, .why = Why::nobody_said};

inline Vin a_vin(std::string_view text = "VF3ABCDEF12345678") { return *Vin::parse(text); }
inline Day day_of(std::string_view text) { return *parse_day(text); }
inline Instant moment(std::string_view text) { return *parse_rfc3339(text); }

/// A vehicle on record whose cloud was read and says this.
inline Vehicle a_vehicle(Standing standing, Oem oem = Oem::kia) {
  Vehicle vehicle;
  vehicle.vin = a_vin();
  vehicle.version = 1;
  vehicle.oem = oem;
  vehicle.cloud.standing = standing;
  vehicle.observed_at = kNow - std::chrono::hours(1);
  vehicle.status = standing == Standing::active || standing == Standing::ending;
  return vehicle;
}

inline CloudState says(Standing standing, std::string_view reason = "", std::string_view detail = "") {
  return {.standing = standing, .reason = std::string(reason), .detail = std::string(detail)};
}

inline Error an_error(ErrorKind kind, Applied applied = Applied::no) {
  return {.kind = kind, .applied = applied, .retry_after = {}, .origin = "kia", .detail = "as the test says"};
}

}  // namespace contactor::fleet::testing
