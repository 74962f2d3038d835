#include "world/sinks/push.h"

#include <algorithm>

#include "json/json.h"
#include "world/route.h"

namespace contactor::world {
namespace {

constexpr std::string_view access_text = "ya29.simulated";

ports::HttpResponse google_error(int status, std::string_view name, std::string_view code) {
  return json_response(
      status, fmt::format(R"({{"error":{{"code":{},"message":"{}","status":"{}","details":[{{"@type":)"
                          R"("type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"{}"}}]}}}})",
                          status, code, name, code));
}

std::string text_at(const json::object* parent, std::string_view key) {
  return parent == nullptr ? std::string() : std::string(json::string_at(*parent, key).value_or(""));
}

std::string collapse_key_of(const json::object& message) {
  if (const auto* android = json::object_at(message, "android")) {
    if (auto key = text_at(android, "collapse_key"); !key.empty()) return key;
  }
  const auto* apns = json::object_at(message, "apns");
  return apns == nullptr ? std::string() : text_at(json::object_at(*apns, "headers"), "apns-collapse-id");
}

}  // namespace

Reply PushService::token(const ports::HttpRequest& request, Instant now) {
  Reply reply{.response = {}, .at = now + context_.between(Millis(20), Millis(120))};
  const FormFields fields = parse_form(request.body);
  const std::string_view assertion = field_of(fields, "assertion");
  if (context_.faults.strikes(FaultKind::push_auth_down))
    reply.response = json_response(503, R"({"error":"backend_error"})");
  else if (request.method != "POST" ||
           field_of(fields, "grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" ||
           std::ranges::count(assertion, '.') != 2)
    reply.response = json_response(400, R"({"error":"invalid_grant"})");
  else
    reply.response = json_response(
        200, fmt::format(R"({{"access_token":"{}","expires_in":3599,"token_type":"Bearer"}})", access_text));
  return reply;
}

Reply PushService::send(const ports::HttpRequest& request, std::string_view path, Instant now) {
  Reply reply{.response = {}, .at = now + context_.between(Millis(30), Millis(200))};
  Faults& faults = context_.faults;
  if (faults.strikes(FaultKind::push_lost_before)) {
    reply.fate = Fate::lost_before;
  } else if (faults.strikes(FaultKind::push_rate_limited)) {
    reply.response = google_error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED");
    reply.response.headers.push_back({"Retry-After", "60"});
  } else if (faults.strikes(FaultKind::push_server_error)) {
    reply.response = google_error(503, "UNAVAILABLE", "UNAVAILABLE");
  } else {
    reply.response = take(request, path, now);
    if (faults.strikes(FaultKind::push_lost_after)) reply.fate = Fate::lost_after;
  }
  return reply;
}

ports::HttpResponse PushService::take(const ports::HttpRequest& request, std::string_view path, Instant now) {
  if (request.method != "POST" || !take_prefix(path, "v1/projects/") || !path.ends_with("/messages:send"))
    return google_error(404, "NOT_FOUND", "UNSPECIFIED_ERROR");
  if (bearer_of(request) != access_text)
    return google_error(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR");
  const std::string_view project = path.substr(0, path.find('/'));
  const auto document = json::parse(request.body);
  const auto* const body = document ? document->if_object() : nullptr;
  const auto* const message = body == nullptr ? nullptr : json::object_at(*body, "message");
  const std::string device = text_at(message, "token");
  if (device.empty()) return google_error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
  if (device.starts_with("gone-")) return google_error(404, "NOT_FOUND", "UNREGISTERED");
  const auto* const notification = json::object_at(*message, "notification");
  context_.logs.pushes.push_back({.device_token = device,
                                  .title = text_at(notification, "title"),
                                  .body = text_at(notification, "body"),
                                  .collapse_key = collapse_key_of(*message),
                                  .at = now});
  return json_response(200, fmt::format(R"({{"name":{}}})",
                                        quoted(fmt::format("projects/{}/messages/{}", project, ++last_id_))));
}

}  // namespace contactor::world
