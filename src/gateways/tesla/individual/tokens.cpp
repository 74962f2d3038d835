#include "gateways/tesla/individual/tokens.h"

#include <algorithm>

#include "json/json.h"
#include "ports/url_encoding.h"

namespace contactor::gateways::tesla::individual {
namespace {

constexpr json::Limits kLimits{.bytes = 64 * 1024, .depth = 8};
constexpr std::size_t kTokenMax = 4096;

ports::HttpRequest form_request(const App& app, std::string body) {
  return {.method = "POST",
          .url = app.token_url,
          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
          .body = std::move(body)};
}

std::string text_in(const ports::HttpResponse& response, std::string_view key) {
  const auto document = json::parse(response.body, kLimits);
  const auto* body = document ? document->if_object() : nullptr;
  return body == nullptr ? std::string() : std::string(json::string_at(*body, key).value_or(""));
}

}  // namespace

ports::HttpRequest exchange_request(const App& app, const std::string& audience,
                                    const ports::TeslaOwner& owner) {
  return form_request(app, ports::form_body({{"grant_type", "authorization_code"},
                                             {"client_id", app.client_id},
                                             {"client_secret", app.client_secret.reveal()},
                                             {"code", owner.code.reveal()},
                                             {"audience", audience},
                                             {"redirect_uri", owner.redirect_uri}}));
}

ports::HttpRequest refresh_request(const App& app, const Secret& refresh_token) {
  return form_request(app, ports::form_body({{"grant_type", "refresh_token"},
                                             {"client_id", app.client_id},
                                             {"refresh_token", refresh_token.reveal()}}));
}

ports::HttpRequest partner_request(const App& app) {
  return form_request(app, ports::form_body({{"grant_type", "client_credentials"},
                                             {"client_id", app.client_id},
                                             {"client_secret", app.client_secret.reveal()},
                                             {"audience", app.audience},
                                             {"scope", "openid vehicle_device_data"}}));
}

bool needs_consent(const ports::HttpResponse& response) {
  if (response.status != 400 && response.status != 401) return false;
  const std::string error = text_in(response, "error");
  return error == "invalid_auth_code" || error == "login_required" || error == "invalid_grant";
}

Result<ports::OwnerTokens> read_tokens(const ports::HttpResponse& response, const Secret& used, Instant now) {
  CTR_TRY(grant, read_grant(response, now));
  std::string next = text_in(response, "refresh_token");
  const bool usable =
      next.size() <= kTokenMax && std::ranges::all_of(next, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!usable || (next.empty() && used.empty()))
    return fail(ErrorKind::protocol, "tesla", "the answer has no usable refresh token");
  return ports::OwnerTokens{.access_token = std::move(grant.access_token),
                            .expires_at = now + grant.lifetime,
                            .refresh_token = next.empty() ? used : Secret(std::move(next))};
}

}  // namespace contactor::gateways::tesla::individual
