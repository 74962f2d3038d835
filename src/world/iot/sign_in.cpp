#include "world/iot/sign_in.h"

#include "world/route.h"

namespace contactor::world {
namespace {

constexpr std::size_t tokens_max = 10'000;

ports::HttpResponse oauth_error(int status, std::string_view code) {
  auto response = json_response(status, fmt::format(R"({{"error":"{}"}})", code));
  if (status == 401) response.headers.push_back({"WWW-Authenticate", "Basic realm=\"iot\""});
  return response;
}

}  // namespace

Reply SignIn::token(const ports::HttpRequest& request, Instant now) {
  Reply reply{.response = {}, .at = now + context_.between(Millis(10), Millis(60))};
  Faults& faults = context_.faults;
  if (faults.strikes(FaultKind::auth_secret_revoked)) revoke_secret();
  if (faults.strikes(FaultKind::auth_hang)) {
    reply.fate = Fate::hang;
  } else if (faults.strikes(FaultKind::auth_down)) {
    reply.response = json_response(503, R"({"error":"temporarily_unavailable"})");
  } else if (faults.strikes(FaultKind::auth_html)) {
    reply.response = html_response(200, "Sign in to continue");
  } else if (faults.strikes(FaultKind::auth_rate_limited)) {
    reply.response = json_response(429, R"({"error":"slow_down"})");
    reply.response.headers.push_back({"Retry-After", "7"});
  } else {
    reply.response = answer(request, now);
  }
  return reply;
}

ports::HttpResponse SignIn::answer(const ports::HttpRequest& request, Instant now) {
  if (request.method != "POST") return oauth_error(405, "invalid_request");
  const auto basic = basic_of(request);
  if (!basic || secret_revoked_) return oauth_error(401, "invalid_client");
  // RFC 6749 2.3.1 form-encodes both halves; plain ones are as common.
  const auto same = [](const std::string& sent, const std::string& known) {
    return sent == known || url_decoded(sent) == known;
  };
  if (!same(basic->first, context_.params.iot_client_id) ||
      !same(basic->second, context_.params.iot_client_secret))
    return oauth_error(401, "invalid_client");
  if (field_of(parse_form(request.body), "grant_type") != "client_credentials")
    return oauth_error(400, "unsupported_grant_type");
  return issue(now);
}

ports::HttpResponse SignIn::issue(Instant now) {
  if (expires_.size() >= tokens_max)
    std::erase_if(expires_, [now](const auto& entry) { return entry.second <= now; });
  if (expires_.size() >= tokens_max) expires_.clear();
  std::string text =
      fmt::format("iot-{:016x}{:016x}", context_.faults.dice().next(), context_.faults.dice().next());
  const Millis announced = context_.params.iot_token_lifetime;
  const Millis real = context_.faults.strikes(FaultKind::auth_early_expiry) ? announced / 20 : announced;
  auto response =
      json_response(200, fmt::format(R"({{"access_token":"{}","token_type":"Bearer","expires_in":{}}})", text,
                                     announced.count() / 1000));
  response.headers.push_back({"Cache-Control", "no-store"});
  expires_.emplace(std::move(text), now + real);
  return response;
}

bool SignIn::accepts(const ports::HttpRequest& request, Instant now) const {
  const auto found = expires_.find(std::string(bearer_of(request)));
  return found != expires_.end() && now < found->second;
}

void SignIn::revoke_secret() {
  secret_revoked_ = true;
  expires_.clear();
}

}  // namespace contactor::world
