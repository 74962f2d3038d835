#include "gateways/fcm/wire.h"

#include "json/json.h"
#include "ports/retry_after.h"

namespace contactor::gateways::fcm {
namespace {

// Apple takes no longer collapse ids.
constexpr std::size_t kApnsCollapseMax = 64;

Error fcm_error(ErrorKind kind, Applied applied, std::string detail) {
  return {.kind = kind, .applied = applied, .retry_after = {}, .origin = "fcm", .detail = std::move(detail)};
}

/// `details[].errorCode` where it is given, else `status`.
std::string code_in(const std::string& text) {
  const auto document = json::parse(text);
  if (!document || !document->is_object()) return {};
  const auto* error = json::object_at(document->get_object(), "error");
  if (error == nullptr) return {};
  if (const auto* details = json::array_at(*error, "details"))
    for (const auto& detail : *details)
      if (const auto* object = detail.if_object())
        if (auto code = json::short_text_at(*object, "errorCode", 64); !code.empty()) return code;
  return json::short_text_at(*error, "status", 64);
}

Error fold_error(int status, const std::string& code) {
  const std::string detail = fmt::format("answered {} {}", status, code);
  if (status >= 500 && status <= 599) return fcm_error(ErrorKind::unavailable, Applied::maybe, detail);
  if (status == 429) return fcm_error(ErrorKind::rate_limited, Applied::no, detail);
  if (code == "SENDER_ID_MISMATCH" || code == "UNREGISTERED")
    return fcm_error(ErrorKind::invalid, Applied::no, detail);
  if (status == 401 || status == 403) return fcm_error(ErrorKind::unauthorized, Applied::no, detail);
  if (code.empty() || status < 400 || status > 499)
    return fcm_error(ErrorKind::protocol, Applied::maybe, detail);
  // A 404 that does not speak of the device speaks of the project: the configuration is wrong, not the
  // recipient.
  return fcm_error(status == 404 ? ErrorKind::unauthorized : ErrorKind::invalid, Applied::no, detail);
}

bool names_message(const std::string& text) {
  const auto document = json::parse(text);
  return document && document->is_object() && json::string_at(document->get_object(), "name").has_value();
}

}  // namespace

std::string message_body(const ports::PushMessage& message) {
  json::object body{{"token", message.device_token},
                    {"notification", {{"title", message.title}, {"body", message.body}}}};
  if (!message.collapse_key.empty()) {
    body["android"] = {{"collapse_key", message.collapse_key}};
    body["apns"] = {{"headers", {{"apns-collapse-id", message.collapse_key.substr(0, kApnsCollapseMax)}}}};
  }
  return json::serialize(json::object{{"message", std::move(body)}});
}

Status read_answer(const ports::HttpResponse& response, Instant now) {
  if (response.status == 200 && names_message(response.body)) return {};
  auto error = fold_error(response.status, code_in(response.body));
  error.retry_after = ports::parse_retry_after(response.header("Retry-After"), now);
  return fail(std::move(error));
}

}  // namespace contactor::gateways::fcm
