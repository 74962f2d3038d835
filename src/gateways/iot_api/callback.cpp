#include "gateways/iot_api/callback.h"

#include "gateways/iot_api/fields.h"
#include "json/json.h"

namespace contactor::gateways::iot_api {
namespace {

Result<Callback> read_body(std::string_view text) {
  CTR_TRY(body, parse_object(text));
  CTR_TRY(command_id, text_of(body, "commandId"));
  CTR_TRY(vin_text, text_of(body, "vin"));
  CTR_TRY(vin, Vin::parse(vin_text));
  CTR_TRY(status, status_of(body, "status"));
  CTR_TRY(generation, number_of(body, "generation"));
  CTR_TRY(at, moment_of(body, "at"));
  if (command_id.empty() || !at || generation.value_or(0) < 0)
    return not_documented("commandId, at or generation");
  const bool is_final = status == ota::CommandStatus::applied || status == ota::CommandStatus::rejected ||
                        status == ota::CommandStatus::timed_out;
  if (!is_final) return not_documented("status");
  return Callback{.command_id = std::move(command_id),
                  .vin = vin,
                  .status = status,
                  .generation = static_cast<std::uint64_t>(generation.value_or(0)),
                  .at = *at,
                  .failure = failure_of(body, status)};
}

}  // namespace

Result<Callback> read_callback(const crypto::WebhookHeaders& headers, std::string_view body,
                               std::span<const Secret> secrets, Instant now) {
  CTR_CHECK(crypto::verify_webhook(headers, body, secrets, now));
  auto callback = read_body(body);
  if (!callback) callback.error().kind = ErrorKind::invalid;
  return callback;
}

}  // namespace contactor::gateways::iot_api
