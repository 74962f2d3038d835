#include "app/upstreams.h"

#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace contactor::app {
namespace {

Result<std::unique_ptr<gateways::fcm::Gateway>> make_push(const PushConfig& config,
                                                          const UpstreamParts& parts) {
  std::ifstream file(config.credentials_file);
  std::stringstream text;
  text << file.rdbuf();
  if (!file)
    return fail(ErrorKind::invalid, "config",
                fmt::format("FCM_CREDENTIALS_FILE {} cannot be read", config.credentials_file));
  CTR_TRY(account, gateways::fcm::parse_service_account(text.str()));
  return std::make_unique<gateways::fcm::Gateway>(
      gateways::fcm::GatewayParams{.transport = parts.slow,
                                   .timekeeper = parts.time,
                                   .api_url = config.api_url,
                                   .project = config.project,
                                   .account = std::move(account)});
}

}  // namespace

http_client::TlsFiles tls_of_iot(const Config& config) {
  http_client::TlsFiles files{.crl_file = config.crl_file};
  if (!config.iot) return files;
  files.ca_file = config.iot->ca_file;
  files.client_certificate_file = config.iot->client_certificate_file;
  files.client_key_file = config.iot->client_key_file;
  return files;
}

Result<Upstreams> make_upstreams(const Config& config, UpstreamParts parts) {
  Upstreams made;
  if (config.iot)
    made.iot = std::make_unique<gateways::iot_api::Gateway>(gateways::iot_api::GatewayParams{
        .transport = parts.hot,
        .timekeeper = parts.time,
        .base_url = config.iot->base_url,
        .token_url = config.iot->token_url,
        .client_id = config.iot->client_id,
        .client_secret = config.iot->client_secret,
        // Without a secret nothing that claims to come from the API could be believed, so it is not asked to
        // call.
        .callback_url = config.public_url.empty() || config.iot->callback_secrets.empty()
                            ? std::string()
                            : config.public_url + "/v1/iot/callbacks"});
  if (config.stripe)
    made.stripe = std::make_unique<gateways::stripe::Gateway>(gateways::stripe::GatewayParams{
        .transport = parts.slow,
        .timekeeper = parts.time,
        .account = {.api_url = config.stripe->api_url, .secret_key = config.stripe->secret_key}});
  if (config.shop)
    made.shop = std::make_unique<gateways::shop::Gateway>(
        gateways::shop::GatewayParams{.transport = parts.slow,
                                      .timekeeper = parts.time,
                                      .url = config.shop->url,
                                      .signing_secret = config.shop->secret});
  if (config.mail) {
    CTR_TRY(mail, gateways::smtp::Gateway::open(
                      {.timekeeper = parts.loop,
                       .smtp_url = Secret(config.mail->smtp_url),
                       .mail_from = config.mail->from,
                       .post = [&loop = parts.loop](std::move_only_function<void()> action) {
                         loop.post(std::move(action));
                       }}));
    made.mail = std::move(mail);
  }
  if (config.push) {
    CTR_TRY(push, make_push(*config.push, parts));
    made.push = std::move(push);
  }
  return made;
}

}  // namespace contactor::app
