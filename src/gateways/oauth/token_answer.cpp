#include "gateways/oauth/token_answer.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "json/json.h"
#include "ports/retry_after.h"

namespace contactor::gateways::oauth {
namespace {

constexpr Millis kLifetimeMin = std::chrono::seconds(5);
constexpr Millis kLifetimeMax = std::chrono::hours(24);
constexpr Millis kLifetimeUnsaid = std::chrono::minutes(5);
constexpr json::Limits kLimits{.bytes = 64 * 1024, .depth = 8};

std::unexpected<Error> refuse(ErrorKind kind, std::string detail) {
  return fail(kind, "oauth", std::move(detail));
}

/// The token goes into a header, so only visible ASCII may pass.
bool is_header_safe(std::string_view token) {
  return !token.empty() && token.size() <= 16 * 1024 &&
         std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::optional<double> number_in(const json::value& value) {
  if (value.is_number()) return value.to_number<double>();
  if (!value.is_string()) return std::nullopt;
  const std::string_view text = value.get_string();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return static_cast<double>(number);
}

/// Some endpoints write the number as a string, some write nonsense; none of it may lead to a login storm.
Result<Millis> lifetime_in(const json::object& body) {
  const auto* value = body.if_contains("expires_in");
  if (value == nullptr || value->is_null()) return kLifetimeUnsaid;
  const auto seconds = number_in(*value);
  if (!seconds || std::isnan(*seconds)) return refuse(ErrorKind::protocol, "expires_in is not a number");
  const double most = static_cast<double>(kLifetimeMax.count()) / 1000;
  return std::clamp(Millis(static_cast<std::int64_t>(std::clamp(*seconds, 0.0, most) * 1000)), kLifetimeMin,
                    kLifetimeMax);
}

bool is_bearer(std::string_view type) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(type, std::string_view("bearer"), {}, lower);
}

Result<Grant> read_grant(const std::string& text) {
  const auto document = json::parse(text, kLimits);
  if (!document || !document->is_object())
    return refuse(ErrorKind::protocol, "the token endpoint's answer is not a JSON object");
  const auto& body = document->get_object();
  if (body.contains("token_type") && !is_bearer(json::string_at(body, "token_type").value_or("")))
    return refuse(ErrorKind::protocol, "token_type is not Bearer");
  CTR_TRY(lifetime, lifetime_in(body));
  return checked_grant(std::string(json::string_at(body, "access_token").value_or("")), lifetime);
}

std::string error_code_in(const std::string& text) {
  const auto document = json::parse(text, kLimits);
  if (!document || !document->is_object()) return {};
  return json::short_text_at(document->get_object(), "error", 64);
}

bool refuses_credential(int status, std::string_view code) {
  return status == 401 || status == 403 || code == "invalid_client" || code == "unauthorized_client" ||
         code == "invalid_grant" || code == "access_denied";
}

}  // namespace

Result<Grant> checked_grant(std::string token, std::optional<Millis> lifetime) {
  if (!is_header_safe(token)) return refuse(ErrorKind::protocol, "the answer has no usable access token");
  return Grant{.access_token = Secret(std::move(token)),
               .lifetime = std::clamp(lifetime.value_or(kLifetimeUnsaid), kLifetimeMin, kLifetimeMax)};
}

Error refused_login(const ports::HttpResponse& response, std::string_view code, Instant now) {
  const int status = response.status;
  const auto refuse = [&](ErrorKind kind, std::string detail) {
    return Error{.kind = kind,
                 .applied = Applied::no,
                 .retry_after = ports::parse_retry_after(response.header("Retry-After"), now),
                 .origin = "oauth",
                 .detail = std::move(detail)};
  };
  if (status == 429) return refuse(ErrorKind::rate_limited, "the token endpoint limits our rate");
  if (status == 408 || status >= 500)
    return refuse(ErrorKind::unavailable, fmt::format("the token endpoint answered {}", status));
  if (refuses_credential(status, code))
    return refuse(ErrorKind::unauthorized,
                  fmt::format("the token endpoint refused our credential: {} {}", status, code));
  // Without a readable code as well: what is refused again and again locks an account, whatever the words.
  if (status >= 400)
    return refuse(ErrorKind::invalid,
                  fmt::format("the token endpoint refused our request: {} {}", status, code));
  return refuse(ErrorKind::protocol, fmt::format("the token endpoint answered {} without a meaning", status));
}

Result<Grant> read_token_answer(const ports::HttpResponse& response, Instant now) {
  if (response.status == 200) return read_grant(response.body);
  return fail(refused_login(response, response.status >= 400 ? error_code_in(response.body) : "", now));
}

}  // namespace contactor::gateways::oauth
