#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/result.h"

namespace contactor::ota {

/// The brief's seven rows. What each means for retry and escalation: failure.h.
enum class FailureCategory : std::uint8_t {
  TransientNetwork,
  VehicleOffline,
  ApiIotError,
  InvalidConfiguration,
  VehicleIncompatible,
  AuthorizationFailure,
  MaxRetriesExceeded,
};

/// Why an attempt did not succeed: the category, and what the other side said in its own words.
struct Failure {
  FailureCategory category = FailureCategory::TransientNetwork;
  int http_status = 0;  ///< 0 where no HTTP answer came
  std::string code;     ///< the API's error code, or our own for failures without an answer
  std::string message;
};

/// What became of one command, as the IoT API tells it.
enum class CommandStatus : std::uint8_t { unknown, accepted, delivered, applied, rejected, timed_out };

/// How `POST /vehicle/{vin}/configure` ended, classified by status and body.
struct CommandAnswer {
  enum class Kind : std::uint8_t {
    accepted,      ///< 2xx: the car has yet to confirm
    confirmed,     ///< 2xx whose body carries the car's own confirmation
    refused,       ///< definite: the command did not and will not take effect
    rate_limited,  ///< 429: not an attempt; wait and repeat
    unknown,       ///< lost or senseless answer: look before anything else is sent
  };
  Kind kind = Kind::unknown;
  Failure failure;                    ///< for refused and unknown
  std::optional<Millis> retry_after;  ///< for refused and rate_limited
};

struct FeatureState {
  std::string service_id;
  bool active = false;
  std::uint64_t generation = 0;
};

/// `GET /vehicle/{vin}/status`.
struct VehicleStatus {
  bool online = false;
  std::optional<std::int64_t> signal_strength_dbm;
  std::string firmware_version;
  std::string drive_state;  ///< parked | driving
  std::vector<FeatureState> features;
  CommandStatus command = CommandStatus::unknown;  ///< of the command that was asked for
  Failure command_failure;                         ///< where it was rejected or timed out
  std::string snapshot;  ///< the whole answer as JSON, location coarsened, for tickets
};

/// `GET /vehicle/{vin}/health`.
struct VehicleHealth {
  bool reachable = false;
  std::optional<Instant> last_seen_at;
  std::optional<std::int64_t> signal_strength_dbm;
  std::string network;
};

/// One line of `GET /vehicle/{vin}/history`.
struct IotHistoryItem {
  std::string command_id;
  std::string service_id;
  bool enable = true;
  CommandStatus status = CommandStatus::unknown;
  Instant at;
  std::string source;
};

[[nodiscard]] std::string_view to_string(FailureCategory category);
[[nodiscard]] std::optional<FailureCategory> parse_failure_category(std::string_view text);
[[nodiscard]] std::string_view to_string(CommandStatus status);
[[nodiscard]] std::optional<CommandStatus> parse_command_status(std::string_view text);

}  // namespace contactor::ota
