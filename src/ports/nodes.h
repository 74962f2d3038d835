#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ports/store.h"

namespace contactor::ports {

/// How long a node's leases outlive its last beat, and how often it beats at least. A node that could not
/// renew for `kSendingEndsAfter` (by its own monotonic clock, since it asked) begins nothing outside any
/// more: whoever takes over finds no request of it under way that the store does not know.
inline constexpr Millis kLeaseLife = std::chrono::seconds(12);
inline constexpr Millis kBeatEvery = std::chrono::seconds(4);
inline constexpr Millis kSendingEndsAfter = std::chrono::seconds(8);

/// One shard in a node's hands. The epoch rises with every change of hands, never with a renewal; a shard
/// that is taken back after it was handed back has changed hands. A write under a shard's epoch passes only
/// while the node that got this epoch holds it; epoch 0 passes only where the store knows no nodes.
struct HeldShard {
  std::uint8_t shard = 0;
  std::uint64_t epoch = 0;
};

/// What a node says of itself, every `kBeatEvery`.
struct Heartbeat {
  std::string node;      ///< its name, unique among the nodes of one store
  std::string version;   ///< of the program, shown to operators
  bool leaving = false;  ///< takes nothing more: forgotten with its last shard
  ShardSet handed_back;  ///< shards at rest that it gives up with this beat
};

struct NodeSeen {
  std::string node;
  std::string version;
  bool leaving = false;
  std::size_t shards = 0;
  Millis since_beat{0};
};

/// What stands after a beat.
struct NodeView {
  std::vector<HeldShard> held;  ///< all that this node holds now, ascending
  std::size_t share = 256;      ///< what it should hold at most: it puts the rest to rest and hands it back
  bool leads = false;  ///< work that only one node does (incidents' probes, housekeeping) is this node's
  std::vector<NodeSeen> nodes;           ///< all that are alive, by name
  std::vector<Incident> open_incidents;  ///< of all nodes
  Instant at;  ///< by the store's clock, when this was true: the one clock of leases and budgets
  /// Rises when another server has become the primary: what was acknowledged last may be missing, so that
  /// budgets are counted cautiously for an hour.
  std::uint64_t timeline = 0;
  /// Since any node first saw this timeline after another one; the longest there is where it never rose.
  Millis since_timeline = Millis::max();
};

/// A request that another node must answer, because it owns the shard. Both texts are any bytes.
struct Letter {
  std::int64_t id = 0;  ///< given by the sender: unguessable, its low byte the shard
  std::string request;  ///< at most `kLetterBytesMax`
  std::string reply;    ///< empty until it is answered; at most `kLetterBytesMax`
};
inline constexpr std::size_t kLetterBytesMax = std::size_t{2} << 20;

/// What nodes of one store know of each other. They share nothing but the database, and its clock decides.
/// All callbacks run on the engine's thread.
/// @errors  unavailable: the database is away, nothing is known then; conflict: another process uses this
/// name, and has beaten within `kLeaseLife`.
class Nodes {
 public:
  virtual ~Nodes() = default;

  /// Renews what is held, hands back what is named, takes what is free and within its share: one transaction.
  virtual void beat(Heartbeat heartbeat, Done<Result<NodeView>> done) = 0;

  /// Leaves a request for the owner of its shard and waits this long for the reply.
  /// @errors  unavailable with `retry_after`: nobody holds the shard now, nothing was left; timed_out: it may
  /// be answered yet (applied = maybe); invalid: it is too large.
  virtual void send(Letter letter, Millis patience, Done<Result<std::string>> done) = 0;
  /// `take` is called with every letter for a shard held under the last beat, once a letter as long as this
  /// process lives. Answering twice or too late does no harm.
  virtual void receive(std::function<void(Letter)> take) = 0;
  virtual void answer(Letter letter, Done<Status> done) = 0;
};

}  // namespace contactor::ports
