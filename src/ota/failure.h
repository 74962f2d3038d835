#pragma once

#include <array>
#include <string_view>

#include "ota/observation.h"

namespace contactor::ota {

/// One row of the brief's failure table.
struct FailureRule {
  FailureCategory category;
  bool retry;
  std::string_view action;
};

/// The brief's seven rows, in its order.
inline constexpr std::array kFailureRules{
    FailureRule{FailureCategory::TransientNetwork, true, "retry with backoff"},
    FailureRule{FailureCategory::VehicleOffline, true, "retry with backoff"},
    FailureRule{FailureCategory::ApiIotError, true, "retry with backoff"},
    FailureRule{FailureCategory::InvalidConfiguration, false, "immediate escalation, code bug"},
    FailureRule{FailureCategory::VehicleIncompatible, false, "immediate escalation, data error"},
    FailureRule{FailureCategory::AuthorizationFailure, false, "immediate escalation, config error"},
    FailureRule{FailureCategory::MaxRetriesExceeded, false, "escalate to tech support"},
};

[[nodiscard]] constexpr bool is_retryable(FailureCategory category) {
  return kFailureRules[static_cast<std::size_t>(category)].retry;
}

}  // namespace contactor::ota
