#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "world/faults.h"
#include "world/reply.h"
#include "world/timeline.h"

namespace contactor::world {

enum class SigningScheme : std::uint8_t { standard_webhooks, stripe };

/// A request that the world wants to make, until it is answered 2xx or given up.
struct Letter {
  std::string url;
  std::string message_id;  ///< `webhook-id`: the same on every repeat
  std::string body;
  std::string secret;
  SigningScheme scheme = SigningScheme::standard_webhooks;
  Millis timestamp_shift{0};   ///< a replay claims to have been sent in the past
  bool bad_signature = false;  ///< the first sending carries a broken one
  bool repeats = true;         ///< forged letters are sent once
  int attempts = 0;
};

/// Sends, signs and repeats what the world says by itself: up to three repeats, after 5 s, 30 s and 5 min.
class Outbox {
 public:
  Outbox(Timeline& timeline, Faults& faults) : timeline_(timeline), faults_(faults) {}

  void post(Letter letter, Instant at);
  void on_due(std::uint64_t id, Instant now);
  void on_unanswered(std::uint64_t id, int attempt, Instant now);
  /// @param status  the HTTP status of the answer, 0 where none came.
  void ended(std::uint64_t id, int status, Instant now);

  [[nodiscard]] std::vector<Outgoing> take_ready();
  [[nodiscard]] bool has_ready() const { return !ready_.empty(); }
  [[nodiscard]] std::size_t waiting() const { return letters_.size(); }

 private:
  void repeat_or_give_up(std::uint64_t id, Instant now);

  Timeline& timeline_;
  Faults& faults_;
  std::unordered_map<std::uint64_t, Letter> letters_;
  std::vector<Outgoing> ready_;
  std::uint64_t last_id_ = 0;
};

}  // namespace contactor::world
