#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "crypto/webhook_signature.h"
#include "ota/observation.h"
#include "vin/vin.h"

namespace contactor::gateways::iot_api {

/// What the IoT API calls back with when a command has ended.
struct Callback {
  std::string command_id;
  Vin vin;
  ota::CommandStatus status = ota::CommandStatus::unknown;  ///< applied, rejected or timed_out
  std::uint64_t generation = 0;
  Instant at;
  ota::Failure failure;  ///< where it was not applied
};

/// Checks the signature, then reads the body. Whether the command is known is for the caller to decide.
/// @param secrets  one, or two while one is replaced.
/// @errors  unauthorized (wrong, old or missing signature), invalid (authentic, but not the documented body).
[[nodiscard]] Result<Callback> read_callback(const crypto::WebhookHeaders& headers, std::string_view body,
                                             std::span<const Secret> secrets, Instant now);

}  // namespace contactor::gateways::iot_api
