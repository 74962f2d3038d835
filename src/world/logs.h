#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.h"
#include "vin/vin.h"

namespace contactor::world {

enum class ArrivalOutcome : std::uint8_t {
  accepted,      ///< a new command that the API took
  repeated,      ///< a commandId that it has already taken, same payload
  conflicting,   ///< a commandId that it has already taken, other payload
  rate_limited,  ///< refused by the ten-an-hour rule, or by an injected 429
  refused,       ///< any other refusal; the command had no effect
  unauthorized,
};

/// One configure request as it arrived, whatever became of it.
struct CommandArrival {
  Vin vin;
  std::string command_id;
  std::string service_id;
  bool enable = true;
  std::uint64_t generation = 0;
  Instant expires_at;  ///< from then on the car ignores it
  Instant at;
  ArrivalOutcome outcome = ArrivalOutcome::refused;
};

/// The truth in the car: a command took effect on a feature flag at this moment.
struct FeatureChange {
  Vin vin;
  std::string service_id;
  bool active = false;
  bool changed = false;  ///< false: the flag already had this value
  std::uint64_t generation = 0;
  std::string command_id;
  Instant at;
};

enum class MoneyEffectKind : std::uint8_t {
  authorized,
  captured,
  voided,        ///< by a call
  hold_expired,  ///< by itself, seven days after the hold
  refund_created,
  refund_succeeded,
  refund_failed,
};

/// One economic effect at the payment provider. Repeats under one key leave exactly one.
struct MoneyEffect {
  MoneyEffectKind kind = MoneyEffectKind::authorized;
  std::string payment_id;
  std::string refund_id;
  std::int64_t amount = 0;  ///< minor units
  std::string idempotency_key;
  Instant at;
};

struct MailReceived {
  std::string from;
  std::string to;
  std::string subject;
  std::string message_id;
  std::string body;
  Instant at;
};

struct PushReceived {
  std::string device_token;
  std::string title;
  std::string body;
  std::string collapse_key;
  Instant at;
};

/// A webhook that the external shop acted on or recognised as a repeat.
struct ShopNotice {
  std::string webhook_id;
  std::string type;
  std::string transaction_id;
  std::int64_t amount = 0;
  bool first = true;  ///< false: known webhook-id, no second effect
  Instant at;
};

/// A message that a channel took.
struct ChatReceived {
  std::string channel;
  std::string text;
  Instant at;
};

/// What an outside observer knows for certain. Only ever appended to.
struct Logs {
  std::vector<CommandArrival> arrivals;
  std::vector<FeatureChange> feature_changes;
  std::vector<MoneyEffect> money;
  std::vector<MailReceived> mails;
  std::vector<PushReceived> pushes;
  std::vector<ShopNotice> shop_notices;
  std::vector<ChatReceived> chats;
};

[[nodiscard]] std::string_view to_string(ArrivalOutcome outcome);
[[nodiscard]] std::string_view to_string(MoneyEffectKind kind);

}  // namespace contactor::world
