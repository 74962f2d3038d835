#include "checkers/witness.h"

namespace contactor::sim {

Witness::Witness(Universe& universe)
    : evidence_(universe),
      commands_(evidence_),
      state_(evidence_),
      money_(evidence_),
      notices_(evidence_),
      liveness_(evidence_),
      leases_(evidence_) {
  universe.observer = this;
}

void Witness::step(ActivationId id) {
  commands_.step(id);
  state_.step(id);
  money_.step(id);
}

void Witness::step_committed(const ports::ActivationWrite& write) {
  leases_.committed(write);
  for (const auto& entry : write.outbox) evidence_.outbox_keys.insert(entry.key);
  step(write.after.id);
  for (const auto& follower : write.followers) step(follower.id);
  evidence_.universe.note(ota::to_string(write.after.state));
}

void Witness::process_starts() { disturbed(); }

void Witness::outbox_committed(const ports::OutboxWrite& write) {
  if (!write.postponed) return;
  evidence_.outbox_keys.insert(write.postponed->key);
}

void Witness::look() {
  const auto& changes = evidence_.universe.world.logs().feature_changes;
  for (; changes_seen_ < changes.size(); ++changes_seen_)
    evidence_.applied.insert(changes[changes_seen_].command_id);
  commands_.look();
  money_.look();
  notices_.look();
  leases_.look();
}

void Witness::at_end() {
  look();
  liveness_.at_end();
  state_.at_end();
  commands_.at_end();
  money_.at_end();
  notices_.at_end();
}

}  // namespace contactor::sim
