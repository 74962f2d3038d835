#pragma once

#include <string>

#include "ports/messages.h"

namespace contactor::gateways::fcm {

/// The body of `messages:send`. A repeat replaces the message on the device, because the collapse key is the
/// same.
[[nodiscard]] std::string message_body(const ports::PushMessage& message);

/// @errors  invalid (the device is gone, or the message will never work), unauthorized, rate_limited,
/// unavailable,
///          protocol; `applied` is maybe only for 5xx and answers without sense.
/// @source  FCM v1 `FcmError`: UNREGISTERED, INVALID_ARGUMENT, SENDER_ID_MISMATCH, QUOTA_EXCEEDED,
/// UNAVAILABLE, INTERNAL,
///          THIRD_PARTY_AUTH_ERROR.
[[nodiscard]] Status read_answer(const ports::HttpResponse& response, Instant now);

}  // namespace contactor::gateways::fcm
