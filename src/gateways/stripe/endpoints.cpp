#include "gateways/stripe/endpoints.h"

#include <fmt/format.h>

#include "ports/url_encoding.h"

namespace contactor::gateways::stripe {
namespace {

using ports::form_body;
using ports::MoneyPurpose;

std::string url_of(const Account& account, std::string_view path) {
  std::string_view base = account.api_url;
  if (base.ends_with('/')) base.remove_suffix(1);
  return fmt::format("{}/v1/{}", base, path);
}

std::string intent_path(std::string_view id, std::string_view action = {}) {
  const std::string path = "payment_intents/" + ports::percent_encode(id);
  return action.empty() ? path : fmt::format("{}/{}", path, action);
}

ports::HttpRequest request_of(const Account& account, std::string_view method, std::string_view path) {
  return {.method = std::string(method),
          .url = url_of(account, path),
          .headers = {{"Authorization", "Bearer " + account.secret_key.reveal()},
                      {"Stripe-Version", std::string(kApiVersion)}},
          .body = {}};
}

std::string path_of(const ports::MoneyRequest& request) {
  switch (request.purpose) {
    case MoneyPurpose::capture:
      return intent_path(request.transaction_id, "capture");
    case MoneyPurpose::release:
      return intent_path(request.transaction_id, "cancel");
    case MoneyPurpose::refund:
      break;
  }
  return "refunds";
}

std::string body_of(const ports::MoneyRequest& request) {
  const std::string amount = fmt::to_string(request.amount.minor_units);
  switch (request.purpose) {
    case MoneyPurpose::capture:
      return form_body({{"amount_to_capture", amount}, {"metadata[reference]", request.reference}});
    case MoneyPurpose::release:
      return form_body({{"cancellation_reason", "abandoned"}});
    case MoneyPurpose::refund:
      break;
  }
  return form_body({{"payment_intent", request.transaction_id},
                    {"amount", amount},
                    {"metadata[reference]", request.reference}});
}

}  // namespace

ports::HttpRequest move_request(const Account& account, const ports::MoneyRequest& request) {
  auto http = request_of(account, "POST", path_of(request));
  http.headers.push_back({"Idempotency-Key", request.idempotency_key});
  http.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  http.body = body_of(request);
  return http;
}

ports::HttpRequest payment_request(const Account& account, std::string_view payment_intent) {
  return request_of(account, "GET", intent_path(payment_intent));
}

ports::HttpRequest refunds_request(const Account& account, std::string_view payment_intent,
                                   std::string_view after) {
  std::string path = "refunds?limit=100&payment_intent=" + ports::percent_encode(payment_intent);
  if (!after.empty()) path += "&starting_after=" + ports::percent_encode(after);
  return request_of(account, "GET", path);
}

}  // namespace contactor::gateways::stripe
