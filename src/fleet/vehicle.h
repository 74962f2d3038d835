#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/instant.h"
#include "fleet/calendar.h"
#include "fleet/oem.h"
#include "vin/vin.h"

namespace contactor::fleet {

/// What a cloud has of one vehicle, in one word for all clouds.
enum class Standing : std::uint8_t {
  unknown,   ///< not read, not readable, or left out of an answer that should have named it
  inactive,  ///< no data flows and nothing is under way
  pending,   ///< asked for, and not yet in effect
  active,    ///< the cloud says that data flows
  ending,    ///< switched off, and not yet in effect
  refused,   ///< the cloud says no, and asking again changes nothing before somebody acts
};
[[nodiscard]] std::string_view to_string(Standing standing);
[[nodiscard]] std::optional<Standing> parse_standing(std::string_view name);

/// What a cloud said of one vehicle.
struct CloudState {
  Standing standing = Standing::unknown;
  std::string reason;  ///< a key of `find_reason` for this cloud; empty: nothing to explain
  std::string detail;  ///< the cloud's own words, without secrets, at most 555 bytes
  std::string handle;  ///< the cloud's own name for the contract, where it has one
  Instant valid_until = Instant::never();  ///< when it ends at the cloud by itself

  friend bool operator==(const CloudState&, const CloudState&) = default;
};

/// `vehicle.activation_status_message`, in the words that scripts of users know.
enum class Message : std::uint8_t {
  none,
  activation_requested,    ///< "ACTIVATION REQUESTED"
  activation_pending,      ///< "ACTIVATION PENDING"
  activated,               ///< "ACTIVATED"
  activation_failed,       ///< "ACTIVATION FAILED"
  deactivation_requested,  ///< "DEACTIVATION REQUESTED"
  deactivation_pending,    ///< "DEACTIVATION PENDING"
  deactivated,             ///< "DEACTIVATED"
  deactivation_failed,     ///< "DEACTIVATION FAILED"
};
[[nodiscard]] std::string_view to_string(Message message);  ///< "" for none
[[nodiscard]] std::optional<Message> parse_message(std::string_view text);

enum class Intent : std::uint8_t { none, activate, deactivate };
[[nodiscard]] std::string_view to_string(Intent intent);
[[nodiscard]] std::optional<Intent> parse_intent(std::string_view name);

/// What people want of a vehicle. Nothing but people changes it.
struct Wish {
  std::string fleet;              ///< at most 100 bytes
  std::optional<bool> requested;  ///< `activation_requested_status`; nothing: nobody has said
  std::optional<Day> start;       ///< the first active day
  std::optional<Day> end;         ///< the first day that is no longer active
  std::string make;               ///< as typed in; empty: the VIN says it
  std::string model;
  std::string type;
  std::string comment;  ///< at most 255 bytes

  friend bool operator==(const Wish&, const Wish&) = default;
};

/// One vehicle as `fleet` knows it: the wish, what its cloud has, and what is under way.
struct Vehicle {
  Vin vin;
  std::uint32_t version = 0;  ///< the fence of every write; 0: not on record
  Wish wish;

  std::optional<bool> status;  ///< `activation_status`; nothing: never observed
  Message message = Message::none;
  CloudState cloud;            ///< as last answered
  std::optional<Oem> oem;      ///< the one active route; nothing: unmapped, or never routed
  Instant accepted_at;         ///< when the cloud took the last change; 0: never
  Instant observed_at;         ///< when the cloud was last read; 0: never
  Instant next_check_at;       ///< not looked at before, unless the wish changes; 0: at once
  bool blocked = false;        ///< a refusal that only a new wish or an operator lifts
  std::uint32_t failures = 0;  ///< in a row, for the pause between tries

  Intent intent = Intent::none;  ///< committed before the cloud is called, cleared by what became of it
  std::uint32_t intents = 0;     ///< how many there were: the ordinal in the key of the next one
  Instant intent_at;

  bool processed = false;                ///< `is_processed`: its model is known
  std::optional<std::int64_t> model_id;  ///< `vehicle_model_id`
  bool model_by_hand = false;            ///< typed in by people, not told by the cloud
  Instant created_at;
  Instant updated_at;
};

/// The key of the vehicle's current intent: equal for every repeat of it.
[[nodiscard]] std::string intent_key(const Vehicle& vehicle);

/// One row of `vehicle_activation_history`: written when something changed, and once for each attempt.
struct HistoryEntry {
  std::uint32_t number = 0;  ///< counts from 1 for each vehicle; its version at that moment
  std::optional<bool> requested;
  std::optional<bool> status;
  Message message = Message::none;
  std::string reason;      ///< the key in REASON_MAPPING; empty: none
  std::string oem_detail;  ///< what the cloud said, redacted
  std::string oem;
  std::string run;  ///< which run wrote it; "people" where a wish changed
  Instant at;
};

}  // namespace contactor::fleet
