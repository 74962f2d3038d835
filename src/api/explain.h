#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/activation_codec.h"
#include "api/call.h"
#include "ota/policy.h"

namespace contactor::api {

struct ExplainedAttempt {
  Instant at;
  std::string what;  ///< "cmd_…_2: 503 internal: queue is down"
};
struct PlannedStep {
  std::uint32_t attempt = 0;
  Instant not_before;
};

/// Why an activation is as it is, for people and for scripts.
struct Explanation {
  std::string subject;
  std::string wanted;
  std::string observed;
  std::vector<std::string> blocked_by;  ///< empty: nothing stands in the way
  std::string next;
  Instant next_at = Instant::never();
  std::string money;
  std::vector<ExplainedAttempt> attempts;
  std::vector<PlannedStep> remaining;  ///< retries still to come, if each fails as fast as it is refused
  Instant escalation_at = Instant::never();
  ota::Timeline fast;      ///< of this policy, if every attempt is refused at once
  ota::Timeline timeouts;  ///< if the car stays silent every time
  ota::Activation activation;
  std::vector<ports::OutboxEntry> pending;
};

/// Pure: everything comes from what is stored.
[[nodiscard]] Explanation explain(const Story& story, const std::vector<ports::Incident>& incidents,
                                  const ota::Policy& policy, Instant now);
[[nodiscard]] std::string explanation_json(const Explanation& explanation);
/// For a terminal, lines of at most about 100 columns.
[[nodiscard]] std::string explanation_text(const Explanation& explanation);

/// Reads everything that belongs to what the path's `{id}` names, and explains it.
void explain_subject(const CallPtr& call,
                     std::move_only_function<void(const CallPtr&, const Explanation&)> then);

/// What the path's `{id}` names: an activation, command, ticket, order or payment, or the newest activation
/// of a VIN.
void find_subject(const CallPtr& call, std::move_only_function<void(const CallPtr&, ota::Activation)> then);

}  // namespace contactor::api
