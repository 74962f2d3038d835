#include "gateways/shop/gateway.h"

#include "crypto/crypto.h"
#include "crypto/encoding.h"
#include "crypto/webhook_signature.h"
#include "json/json.h"
#include "ports/retry_after.h"

namespace contactor::gateways::shop {
namespace {

using ports::MoneyPurpose;

struct Wording {
  std::string_view type;
  std::string_view purpose;
};

Wording wording_of(MoneyPurpose purpose) {
  switch (purpose) {
    case MoneyPurpose::capture:
      return {.type = "payment.capture_due", .purpose = "capture"};
    case MoneyPurpose::release:
      return {.type = "payment.reversal_due", .purpose = "release"};
    case MoneyPurpose::refund:
      break;
  }
  return {.type = "payment.reversal_due", .purpose = "refund"};
}

std::string body_of(const ports::MoneyRequest& request, Instant now) {
  const Wording wording = wording_of(request.purpose);
  return json::serialize(json::object{{"type", wording.type},
                                      {"timestamp", to_rfc3339(now)},
                                      {"data",
                                       {{"activation_id", request.reference},
                                        {"transaction_id", request.transaction_id},
                                        {"purpose", wording.purpose},
                                        {"amount", request.amount.minor_units},
                                        {"currency", request.amount.currency.str()},
                                        {"idempotency_key", request.idempotency_key}}}});
}

/// The same for every repeat, and safe in a header whatever the key is made of.
std::string webhook_id_of(const ports::MoneyRequest& request) {
  return "msg_" +
         crypto::to_hex(crypto::bytes_of(crypto::blake2b_256(request.idempotency_key)).substr(0, 16));
}

Error fold_error(const ports::HttpResponse& response, Instant now) {
  Error error{.kind = ErrorKind::unavailable,
              .applied = Applied::no,
              .retry_after = ports::parse_retry_after(response.header("Retry-After"), now),
              .origin = "shop",
              .detail = fmt::format("the shop answered {}", response.status)};
  switch (response.status) {
    case 400:
    case 422:
      error.kind = ErrorKind::invalid;
      break;
    case 401:
    case 403:
      error.kind = ErrorKind::unauthorized;
      break;
    case 409:
      error.kind = ErrorKind::conflict;
      error.applied = Applied::maybe;
      break;
    case 429:
      error.kind = ErrorKind::rate_limited;
      break;
    default:
      if (response.status == 408 || response.status >= 500 || response.status < 200)
        error.applied = Applied::maybe;
  }
  return error;
}

}  // namespace

Gateway::Gateway(GatewayParams params)
    : transport_(params.transport),
      timekeeper_(params.timekeeper),
      url_(std::move(params.url)),
      signing_secret_(std::move(params.signing_secret)) {}

Result<ports::HttpRequest> Gateway::message_of(const ports::MoneyRequest& request) const {
  if (request.idempotency_key.empty())
    return fail(ErrorKind::invalid, "shop", "a movement of money without its key");
  const Instant now = timekeeper_.now();
  const std::int64_t seconds = now.millis() / 1000;
  const std::string id = webhook_id_of(request);
  std::string body = body_of(request, now);
  CTR_TRY(signature,
          crypto::sign_webhook({.id = id, .timestamp_seconds = seconds, .body = body}, signing_secret_));
  return ports::HttpRequest{.method = "POST",
                            .url = url_,
                            .headers = {{"Content-Type", "application/json"},
                                        {"webhook-id", id},
                                        {"webhook-timestamp", fmt::to_string(seconds)},
                                        {"webhook-signature", std::move(signature)}},
                            .body = std::move(body)};
}

void Gateway::move(ports::MoneyRequest request, Instant respond_by, ports::Done<Status> done) {
  auto message = message_of(request);
  if (!message) return done(fail(std::move(message.error())));
  message->respond_by = respond_by;
  transport_.send(std::move(*message),
                  [this, done = std::move(done)](Result<ports::HttpResponse> answer) mutable {
                    if (!answer) return done(fail(std::move(answer.error())));
                    if (answer->status >= 200 && answer->status <= 299) return done({});
                    done(fail(fold_error(*answer, timekeeper_.now())));
                  });
}

void Gateway::look_up(std::string, Instant, ports::Done<Result<ports::PaymentFacts>> done) {
  done(fail(ErrorKind::invalid, "shop",
            "the shop keeps the payment; its state cannot be looked up from here"));
}

}  // namespace contactor::gateways::shop
