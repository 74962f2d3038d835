#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ota/activation.h"
#include "universe.h"

namespace contactor::sim {

struct Violation {
  std::string invariant;  ///< its id in docs/reliability of this project: M1, S3, C2 …
  std::string text;
  ActivationId about;
  Instant at;
};

/// One activation as the checkers last saw it on the disk.
struct Seen {
  std::uint32_t version = 0;
  std::uint32_t entries = 0;
  ota::State state = ota::State::PaymentConfirmed;
  ota::MoneyState money = ota::MoneyState::none;
  ota::Digest head{};
  std::uint32_t sends = 0, prechecks = 0, rate_limited = 0, backoffs = 0;
  bool gave_up = false;    ///< a failure that no retry can cure was recorded
  bool canceled = false;   ///< its end was asked for
  bool confirmed = false;  ///< its history shows a success
  bool found_active = false;
  bool was_as_wanted = false;       ///< when it was confirmed, the car had the feature as wanted anyway
  bool nobody_could_tell = false;   ///< when it was confirmed: whether a lying car behind a cache had obeyed
  std::uint64_t backoff_clock = 0;  ///< how often the clock had been set at that backoff
  Instant not_before;               ///< of the next send, as its last backoff said
  Instant sent_at;                  ///< of the open command, by the engine's clock
  std::uint64_t sent_in_calm = 0;   ///< the number of disturbances when it was sent
};

/// What all checkers share: the disk, the world's logs, and what both have shown so far.
struct Evidence {
  explicit Evidence(Universe& from) : universe(from) {}

  Universe& universe;
  std::vector<Violation> violations;
  std::unordered_map<ActivationId, Seen> seen;
  std::unordered_map<std::string, Instant> intents;        ///< commands whose sending was committed, and when
  std::unordered_set<std::string> outbox_keys;             ///< effects that were committed to be owed
  std::unordered_map<std::string, ActivationId> payments;  ///< whose order names this payment
  std::unordered_set<std::string> applied;                 ///< commands that took effect in their car
  std::unordered_map<ActivationId, std::vector<std::string>>
      notes;  ///< what a story cannot read off disk and world
  std::uint64_t disturbances = 0;
  std::uint64_t clock_settings = 0;
  Instant clock_set_at;

  void note(ActivationId about, std::string_view text);
  void violated(std::string_view invariant, ActivationId about, std::string text);
  /// Was an effect under this key committed to be owed? A later ordinal of a movement counts as the first.
  [[nodiscard]] bool is_owed(std::string_view key) const;
  [[nodiscard]] const ota::Activation* row(ActivationId id) const;
  [[nodiscard]] const std::vector<ota::HistoryEntry>& history(ActivationId id) const;
  /// Is the provider still working on giving this activation's money back?
  [[nodiscard]] bool refund_is_pending(const ota::Activation& activation) const;
  /// Did the car really do what this activation wanted, by one of its own commands?
  [[nodiscard]] bool car_obeyed(const ota::Activation& activation) const;
};

}  // namespace contactor::sim
