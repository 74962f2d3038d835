#include "world/fleet/tesla_accounts.h"

#include <algorithm>

#include "crypto/encoding.h"
#include "world/route.h"

namespace contactor::world {
namespace {

constexpr std::size_t kTokensMax = 10'000;
constexpr Millis kRefreshLife = std::chrono::days(90);

ports::HttpResponse oauth_error(int status, std::string_view code, std::string_view why) {
  return json_response(status, fmt::format(R"({{"error":"{}","error_description":{}}})", code, quoted(why)));
}

}  // namespace

ports::HttpResponse TeslaAccounts::token(const ports::HttpRequest& request, Instant now) {
  if (request.method != "POST") return oauth_error(405, "invalid_request", "only POST");
  if (!header_of(request, "content-type").starts_with("application/x-www-form-urlencoded"))
    return oauth_error(400, "invalid_request", "a form is needed");
  const FormFields form = parse_form(request.body);
  const auto& ids = context_.params.fleet;
  if (field_of(form, "client_id") != ids.client_id)
    return oauth_error(401, "invalid_client", "unknown client_id");
  const std::string_view grant = field_of(form, "grant_type");
  if (grant == "refresh_token") return next_owner_token(field_of(form, "refresh_token"), now);
  if (field_of(form, "client_secret") != ids.client_secret)
    return oauth_error(401, "invalid_client", "wrong client_secret");
  if (field_of(form, "audience").empty()) return oauth_error(400, "invalid_request", "audience is missing");
  if (grant == "client_credentials") return business_token(field_of(form, "auth_code"), now);
  if (grant != "authorization_code") return oauth_error(400, "unsupported_grant_type", grant);
  if (field_of(form, "redirect_uri").empty())
    return oauth_error(400, "invalid_redirect_url", "redirect_uri is missing");
  return first_owner_token(field_of(form, "code"), now);
}

ports::HttpResponse TeslaAccounts::business_token(std::string_view code, Instant now) {
  if (revoked_codes_.contains(std::string(code)))
    return oauth_error(400, "invalid_auth_code", "the code has expired or was revoked");
  TeslaAccount account{.kind = code.empty() ? TeslaAccount::Kind::partner : TeslaAccount::Kind::business,
                       .name = std::string(code),
                       .expires_at = {}};
  const std::string token = new_token(std::move(account), now);
  return json_response(200, fmt::format(R"({{"access_token":"{}","token_type":"Bearer","expires_in":{}}})",
                                        token, context_.params.fleet.token_lifetime.count() / 1000));
}

ports::HttpResponse TeslaAccounts::first_owner_token(std::string_view code, Instant now) {
  const auto found = consents_.find(code);
  if (found == consents_.end()) stale_codes_ += 1;
  if (found == consents_.end())
    return oauth_error(400, "invalid_auth_code", "the code was used or is unknown");
  const std::string vin = found->second;
  consents_.erase(found);
  owners_[vin] = {};
  return issue_to_owner(vin, now);
}

ports::HttpResponse TeslaAccounts::next_owner_token(std::string_view refresh_token, Instant now) {
  refreshes_ += 1;
  if (!takes(refresh_token, now)) {
    stale_refreshes_ += 1;
    return oauth_error(401, "login_required", "the refresh token was already used, or is over");
  }
  const std::string vin = refresh_tokens_.find(refresh_token)->second;
  owners_[vin].previous = std::string(refresh_token);
  return issue_to_owner(vin, now);
}

bool TeslaAccounts::takes(std::string_view refresh_token, Instant now) const {
  const auto found = refresh_tokens_.find(refresh_token);
  if (found == refresh_tokens_.end()) return false;
  const auto owner = owners_.find(found->second);
  if (owner == owners_.end() || now - owner->second.issued_at > kRefreshLife) return false;
  return refresh_token == owner->second.current || refresh_token == owner->second.previous;
}

ports::HttpResponse TeslaAccounts::issue_to_owner(const std::string& vin, Instant now) {
  std::string refresh = fmt::format("EU_{:016x}{:04x}", context_.faults.dice().next(), ++last_number_);
  owners_[vin].current = refresh;
  owners_[vin].issued_at = now;
  refresh_tokens_.emplace(refresh, vin);
  const std::string token =
      new_token({.kind = TeslaAccount::Kind::owner, .name = vin, .expires_at = {}}, now);
  return json_response(
      200,
      fmt::format(R"({{"access_token":"{}","refresh_token":"{}","id_token":"x.y.z","token_type":"Bearer",)"
                  R"("expires_in":{}}})",
                  token, refresh, context_.params.fleet.token_lifetime.count() / 1000));
}

std::string TeslaAccounts::new_token(TeslaAccount account, Instant now) {
  if (tokens_.size() >= kTokensMax) tokens_.clear();
  account.expires_at = now + context_.params.fleet.token_lifetime;
  const std::string payload = fmt::format(
      R"({{"aud":["https://fleet-api.prd.eu.vn.cloud.tesla.com"],"ou_code":"EU","sub":{},"exp":{}}})",
      quoted(account.name), account.expires_at.millis() / 1000);
  std::string token = fmt::format("{}.{}.{:016x}", crypto::to_base64url(R"({"alg":"RS256","typ":"JWT"})"),
                                  crypto::to_base64url(payload), context_.faults.dice().next());
  tokens_.emplace(token, std::move(account));
  return token;
}

const TeslaAccount* TeslaAccounts::find(const ports::HttpRequest& request, Instant now) const {
  const auto found = tokens_.find(std::string(bearer_of(request)));
  return found == tokens_.end() || now >= found->second.expires_at ? nullptr : &found->second;
}

bool TeslaAccounts::is_open(const Vin& vin) const {
  return std::ranges::any_of(consents_, [&](const auto& entry) { return entry.second == vin.str(); });
}

void TeslaAccounts::withdraw(const Vin& vin) {
  owners_.erase(std::string(vin.str()));
  std::erase_if(consents_, [&](const auto& entry) { return entry.second == vin.str(); });
  std::erase_if(tokens_, [&](const auto& entry) {
    return entry.second.kind == TeslaAccount::Kind::owner && entry.second.name == vin.str();
  });
}

std::string TeslaAccounts::consent(const Vin& vin) {
  std::string code = fmt::format("EU_{:016x}{:04x}", context_.faults.dice().next(), ++last_number_);
  consents_.emplace(code, std::string(vin.str()));
  return code;
}

}  // namespace contactor::world
