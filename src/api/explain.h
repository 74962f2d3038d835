#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/activation_codec.h"
#include "api/call.h"
#include "api/fleet_explain.h"
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
[[nodiscard]] boost::json::object explanation_object(const Explanation& explanation);
/// For a terminal, lines of at most about 100 columns.
[[nodiscard]] std::string explanation_text(const Explanation& explanation);

/// What is known of an id. A VIN names a vehicle's data connection, the newest order for it, or both.
struct Explained {
  std::optional<Explanation> order;
  std::optional<FleetExplanation> vehicle;
};
/// One document: of the order, where there is one, with the vehicle as its member `fleet`.
[[nodiscard]] std::string explained_json(const Explained& explained, const Environment& env);
[[nodiscard]] std::string explained_text(const Explained& explained);

/// Reads everything that belongs to what the path's `{id}` names, as far as the caller may know of it, and
/// explains it.
void explain_subject(const CallPtr& call,
                     std::move_only_function<void(const CallPtr&, const Explained&)> then);

/// What the path's `{id}` names: an activation, command, ticket, order or payment, or the newest activation
/// of a VIN.
void find_subject(const CallPtr& call, std::move_only_function<void(const CallPtr&, ota::Activation)> then);

}  // namespace contactor::api
