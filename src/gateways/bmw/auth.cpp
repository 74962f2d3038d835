#include "gateways/bmw/auth.h"

#include <algorithm>
#include <array>

#include "json/json.h"

namespace contactor::gateways::bmw {
namespace {

constexpr json::Limits kLimits{.bytes = 64 * 1024, .depth = 8};

/// Cognito's words for "not with this user, password or client".
constexpr std::array<std::string_view, 7> kRefusals{
    "NotAuthorizedException",       "UserNotFoundException",     "PasswordResetRequiredException",
    "UserNotConfirmedException",    "ResourceNotFoundException", "ForbiddenException",
    "UserLambdaValidationException"};

/// `com.amazonaws.cognito#NotAuthorizedException` says the same as its last word.
std::string last_word(std::string type) {
  const auto mark = type.rfind('#');
  return mark == std::string::npos ? type : type.substr(mark + 1);
}

Error refusal(const ports::HttpResponse& response, const std::string& type, Instant now) {
  if (std::ranges::find(kRefusals, type) != kRefusals.end()) {
    auto error = oauth::refused_login(response, "invalid_client", now);
    error.detail = "the login was refused: " + type;
    return error;
  }
  auto error = oauth::refused_login(response, type, now);
  if (type == "TooManyRequestsException" || type == "LimitExceededException")
    error.kind = ErrorKind::rate_limited;
  if (type == "InternalErrorException") error.kind = ErrorKind::unavailable;
  return error;
}

std::unexpected<Error> protocol(std::string what) {
  return fail(ErrorKind::protocol, "bmw", std::move(what));
}

std::optional<Millis> lifetime_in(const json::object& result) {
  const auto seconds = json::integer_at(result, "ExpiresIn");
  if (!seconds) return std::nullopt;
  return std::chrono::seconds(std::clamp<std::int64_t>(*seconds, 0, 24L * 3600));
}

}  // namespace

oauth::GrantRequest login_request(Login login) {
  return [login = std::move(login)](Instant) -> Result<ports::HttpRequest> {
    const json::object body{
        {"AuthFlow", "USER_PASSWORD_AUTH"},
        {"ClientId", login.client_id},
        {"AuthParameters", {{"USERNAME", login.username}, {"PASSWORD", login.password.reveal()}}}};
    return ports::HttpRequest{.method = "POST",
                              .url = login.auth_url,
                              .headers = {{"Content-Type", "application/x-amz-json-1.1"},
                                          {"X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth"}},
                              .body = json::serialize(body)};
  };
}

Result<oauth::Grant> read_login(const ports::HttpResponse& response, Instant now) {
  const auto document = json::parse(response.body, kLimits);
  const auto* body = document ? document->if_object() : nullptr;
  if (response.status != 200)
    return fail(
        refusal(response, body == nullptr ? "" : last_word(json::short_text_at(*body, "__type", 128)), now));
  if (body == nullptr) return protocol("the login's answer is not a JSON object");
  const auto* result = json::object_at(*body, "AuthenticationResult");
  if (result == nullptr) {
    const auto challenge = json::short_text_at(*body, "ChallengeName", 64);
    if (challenge.empty()) return protocol("the login's answer has no AuthenticationResult");
    return fail(ErrorKind::unauthorized, "bmw",
                "the login asks for " + challenge + ": people must answer it");
  }
  return oauth::checked_grant(std::string(json::string_at(*result, "IdToken").value_or("")),
                              lifetime_in(*result));
}

}  // namespace contactor::gateways::bmw
