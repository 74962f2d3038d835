#pragma once

#include <span>
#include <vector>

#include "charging/soh.h"

namespace contactor::charging {

/// A session that may be used, and what it says.
struct SohCandidate {
  const SohSession* session = nullptr;
  MeasuredAt measured_at = MeasuredAt::unknown;
  double change = 0;       ///< of the state of charge, 0 to 1
  double capacity_wh = 0;  ///< after losses
  double sd_wh = 0;  ///< expected error of one session: rounding of both states of charge, and what varies
};

struct SohSelection {
  std::vector<SohCandidate> candidates;  ///< in order of their end; at most kSohSessionsMax, the newest
  std::vector<SohRejected> rejected;
};

[[nodiscard]] SohSelection select_sessions(std::span<const SohSession> sessions, const SohLosses& losses);

/// Efficiency and its uncertainty as parts of 1.
[[nodiscard]] const Efficiency& efficiency_at(const SohLosses& losses, MeasuredAt measured_at);

}  // namespace contactor::charging
