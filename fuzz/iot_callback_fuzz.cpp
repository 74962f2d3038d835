// What claims to be a callback of the IoT API: id, timestamp and signature, one a line, then the body.
// The signature `good` stands for the right one.

#include "fuzz/input.h"
#include "gateways/iot_api/callback.h"

namespace contactor::gateways::iot_api {
namespace {

const Secret& secret() {
  static const Secret secret("whsec_c2VjcmV0IG9mIHRoZSBmdXp6ZXI=");
  return secret;
}

std::string good_signature(std::string_view id, std::string_view body) {
  return *crypto::sign_webhook({.id = id, .timestamp_seconds = fuzz::kNow.millis() / 1000, .body = body},
                               secret());
}

void check_callback(const crypto::WebhookHeaders& headers, std::string_view body) {
  const auto callback = read_callback(headers, body, {&secret(), 1}, fuzz::kNow);
  if (!callback) {
    const auto kind = callback.error().kind;
    CTR_ASSERT(kind == ErrorKind::unauthorized || kind == ErrorKind::invalid);
    CTR_ASSERT(fuzz::is_utf8(callback.error().detail));
    return;
  }
  CTR_ASSERT(crypto::verify_webhook(headers, body, {&secret(), 1}, fuzz::kNow));
  // Another body under the same signature is not authentic.
  CTR_ASSERT(!crypto::verify_webhook(headers, std::string(body) + " ", {&secret(), 1}, fuzz::kNow));
  CTR_ASSERT(!callback->command_id.empty() && fuzz::is_utf8(callback->command_id));
  CTR_ASSERT(callback->failure.code.size() <= 64 && fuzz::is_utf8(callback->failure.code));
  CTR_ASSERT(callback->failure.message.size() <= 512 && fuzz::is_utf8(callback->failure.message));
  const bool applied = callback->status == ota::CommandStatus::applied;
  CTR_ASSERT(applied == callback->failure.code.empty());
}

}  // namespace
}  // namespace contactor::gateways::iot_api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace iot_api = contactor::gateways::iot_api;
  contactor::fuzz::Input input(data, size);
  const auto id = input.line();
  auto timestamp = input.line();
  std::string signature(input.line());
  const std::string now = fmt::to_string(contactor::fuzz::kNow.millis() / 1000);
  if (signature == "good") {
    signature = iot_api::good_signature(id, input.rest());
    timestamp = now;
  }
  iot_api::check_callback({.id = id, .timestamp = timestamp, .signature = signature}, input.rest());
  return 0;
}
