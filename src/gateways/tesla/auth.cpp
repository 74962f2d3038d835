#include "gateways/tesla/auth.h"

#include "crypto/crypto.h"
#include "json/json.h"
#include "ports/url_encoding.h"

namespace contactor::gateways::tesla {
namespace {

constexpr std::string_view kScope =
    "openid offline_access user_data vehicle_device_data vehicle_cmds vehicle_charging_cmds "
    "energy_device_data";

bool is_refused_credential(std::string_view code) {
  return code == "invalid_auth_code" || code == "login_required" || code == "invalid_redirect_url";
}

}  // namespace

oauth::GrantRequest business_grant(App app, Secret code) {
  return [app = std::move(app), code = std::move(code)](Instant) -> Result<ports::HttpRequest> {
    return ports::HttpRequest{
        .method = "POST",
        .url = app.token_url,
        .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
        .body = ports::form_body({{"grant_type", "client_credentials"},
                                  {"client_id", app.client_id},
                                  {"client_secret", app.client_secret.reveal()},
                                  {"audience", app.audience},
                                  {"auth_code", code.reveal()},
                                  {"scope", kScope}})};
  };
}

Result<oauth::Grant> read_grant(const ports::HttpResponse& response, Instant now) {
  auto grant = oauth::read_token_answer(response, now);
  if (grant || response.status < 400 || response.status >= 500) return grant;
  const auto document = json::parse(response.body, {.bytes = 64 * 1024, .depth = 8});
  const auto* body = document ? document->if_object() : nullptr;
  const std::string code = body == nullptr ? std::string() : json::short_text_at(*body, "error", 64);
  if (!is_refused_credential(code)) return grant;
  grant.error().kind = ErrorKind::unauthorized;
  grant.error().detail = fmt::format("Tesla refused our credential: {} {}", response.status, code);
  return grant;
}

void FleetTokens::set_code(const std::string& fleet, const Secret& code) {
  if (code.empty()) {
    entries_.erase(fleet);
    return;
  }
  Entry& entry = entries_[fleet];
  if (crypto::equal_in_constant_time(entry.code.reveal(), code.reveal())) return;
  entry = {.code = code,
           .tokens = std::make_shared<oauth::TokenSource>(
               oauth::TokenSourceParams{.transport = transport_,
                                        .timekeeper = timekeeper_,
                                        .grant_request = business_grant(app_, code),
                                        .read_grant = read_grant})};
}

std::shared_ptr<oauth::TokenSource> FleetTokens::find(const std::string& fleet) const {
  const auto found = entries_.find(fleet);
  return found == entries_.end() ? nullptr : found->second.tokens;
}

std::vector<std::string> FleetTokens::fleets() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

}  // namespace contactor::gateways::tesla
