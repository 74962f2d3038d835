#pragma once

#include <string>
#include <vector>

#include "fleet/reasons.h"
#include "fleet/vehicle.h"

namespace contactor::fleet {

/// What people are told once, when it begins, and reminded of once a day while it lasts.
enum class AlertKind : std::uint8_t {
  model_missing,
  model_by_hand,
  unmapped,
  refused,
  silent,
  make_not_served
};
[[nodiscard]] std::string_view to_string(AlertKind kind);
[[nodiscard]] std::optional<AlertKind> parse_alert_kind(std::string_view name);

struct Alert {
  AlertKind kind = AlertKind::unmapped;
  Vin vin;
  std::string about;  ///< the model for model_by_hand, the reason for refused: with kind and VIN the key
  std::optional<Oem> oem;
  Instant raised_at;
  Instant told_at;   ///< 0: not yet told
  Instant ended_at;  ///< 0: it lasts
};

/// What is to be said of this vehicle now.
[[nodiscard]] std::vector<Alert> alerts_of(const Vehicle& vehicle, std::string_view make, Instant now,
                                           Millis silent_after);
/// One message for a channel: new ones by kind with masked VINs, at most 20 of each named; empty where there
/// is nothing new. @param digest  the day's reminder of what lasts, instead of what is new.
[[nodiscard]] std::string message_of(const std::vector<Alert>& alerts, bool digest);

}  // namespace contactor::fleet
