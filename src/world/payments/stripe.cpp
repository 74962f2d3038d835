#include "world/payments/stripe.h"

#include <algorithm>
#include <charconv>

#include "world/payments/stripe_wire.h"

namespace contactor::world {
namespace {

constexpr std::size_t key_bytes_max = 255;
constexpr std::int64_t amount_max = 99'999'999'999;

std::uint64_t fingerprint_of(std::string_view path, std::string_view body) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const std::string_view part : {path, body})
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

/// @return nothing where the field is there and not a positive amount; 0 where it is not there.
std::optional<std::int64_t> amount_of(const FormFields& fields, std::string_view name) {
  const std::string_view text = field_of(fields, name);
  if (text.empty()) return 0;
  std::int64_t amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc() || end != text.data() + text.size() || amount <= 0 || amount > amount_max)
    return std::nullopt;
  return amount;
}

ports::HttpResponse bad_parameter(std::string_view message) {
  return stripe_error({.code = "parameter_invalid_integer", .message = message});
}

ports::HttpResponse missing(std::string_view what) {
  return stripe_error(
      {.status = 404, .code = "resource_missing", .message = fmt::format("No such {}", what)});
}

bool authorized(const ports::HttpRequest& request, const std::string& secret_key) {
  if (bearer_of(request) == secret_key) return true;
  const auto basic = basic_of(request);
  return basic && basic->first == secret_key;
}

bool expands_charge(const FormFields& fields) {
  return std::ranges::any_of(fields, [](const auto& field) {
    return field.first.starts_with("expand") && field.second == "latest_charge";
  });
}

}  // namespace

Reply Stripe::handle(const ports::HttpRequest& request, std::string_view path, std::string_view query,
                     Instant now) {
  Reply reply{.response = {}, .at = now + context_.between(Millis(60), Millis(300))};
  Faults& faults = context_.faults;
  if (faults.strikes(FaultKind::stripe_lost_before)) {
    reply.fate = Fate::lost_before;
  } else if (faults.strikes(FaultKind::stripe_rate_limited)) {
    reply.response = stripe_error({.status = 429, .code = "rate_limit", .message = "Too many requests"});
  } else if (faults.strikes(FaultKind::stripe_html_error)) {
    reply.response = html_response(502, "Bad Gateway");
  } else if (!authorized(request, context_.params.stripe_secret_key)) {
    reply.response = stripe_error({.status = 401, .message = "Invalid API Key provided"});
  } else if (request.method == "GET") {
    reply.response = read(path, query);
  } else if (request.method == "POST") {
    reply = post(request, path, now);
  } else {
    reply.response = stripe_error({.status = 405, .message = "Method not allowed"});
  }
  publish(now);
  if (reply.fate != Fate::delivered) return reply;
  if (faults.strikes(FaultKind::stripe_lost_after))
    reply.fate = Fate::lost_after;
  else if (faults.strikes(FaultKind::stripe_hang))
    reply.fate = Fate::hang;
  return reply;
}

Reply Stripe::post(const ports::HttpRequest& request, std::string_view path, Instant now) {
  Faults& faults = context_.faults;
  Reply reply{.response = {}, .at = now + context_.between(Millis(60), Millis(300))};
  if (faults.strikes(FaultKind::stripe_slow))
    reply.at = reply.at + context_.between(std::chrono::seconds(2), std::chrono::seconds(40));
  const std::string key(header_of(request, "idempotency-key").substr(0, key_bytes_max));
  const std::uint64_t fingerprint = fingerprint_of(path, request.body);
  const auto* const known = key.empty() ? nullptr : keys_.find(key, now);
  if (known != nullptr && known->fingerprint != fingerprint) {
    reply.response =
        stripe_error({.type = "idempotency_error",
                      .message = "Keys for idempotent requests can only be used with the same parameters"
                                 " they were first used with."});
    return reply;
  }
  if (faults.strikes(FaultKind::stripe_conflict) || (known != nullptr && now < known->answered_at)) {
    reply.response =
        stripe_error({.status = 409,
                      .type = "idempotency_error",
                      .code = "idempotency_key_in_use",
                      .message = "There is currently another in-progress request using this key."});
    return reply;
  }
  if (known != nullptr) {
    reply.response = known->response;
    reply.response.headers.push_back({"Idempotent-Replayed", "true"});
    return reply;
  }
  bool stored = true;
  const bool breaks = faults.strikes(FaultKind::stripe_stored_500);
  // A 500 says nothing about the effect: half of them come after it.
  if (!breaks || faults.dice().chance(0.5))
    reply.response = execute(path, parse_form(request.body), key, now, stored);
  if (breaks) {
    reply.response = stripe_error({.status = 500, .type = "api_error", .message = "An error occurred"});
    stored = true;
  }
  if (stored && !key.empty()) keys_.keep(key, {fingerprint, reply.response, reply.at}, now);
  return reply;
}

ports::HttpResponse Stripe::execute(std::string_view path, const FormFields& fields, const std::string& key,
                                    Instant now, bool& stored) {
  const std::string_view kind = take_segment(path);
  if (kind == "refunds" && path.empty()) return create_refund(fields, key, now, stored);
  if (kind == "payment_intents" && path.empty()) return create_payment(fields, key, now, stored);
  if (kind == "payment_intents") return change_payment(path, fields, key, now, stored);
  stored = false;
  return missing("resource");
}

// What fails validation is not kept under the key: Stripe keeps only what began to run.
ports::HttpResponse Stripe::create_payment(const FormFields& fields, const std::string& key, Instant now,
                                           bool& stored) {
  const auto amount = amount_of(fields, "amount");
  const std::string_view currency = field_of(fields, "currency");
  stored = false;
  if (!amount || *amount == 0) return bad_parameter("amount must be a positive integer");
  if (currency.size() != 3) return bad_parameter("currency must be an ISO code of three letters");
  stored = true;
  const auto index = books_.open({.amount = *amount,
                                  .currency = std::string(currency),
                                  .captured = field_of(fields, "capture_method") != "manual",
                                  .idempotency_key = key},
                                 now);
  return json_response(200, payment_json(books_.payment(index), expands_charge(fields)));
}

ports::HttpResponse Stripe::change_payment(std::string_view path, const FormFields& fields,
                                           const std::string& key, Instant now, bool& stored) {
  const auto index = books_.find(take_segment(path));
  const auto amount = amount_of(fields, "amount_to_capture");
  stored = false;
  if (!index) return missing("payment_intent");
  if (path != "capture" && path != "cancel") return missing("resource");
  if (!amount) return bad_parameter("amount_to_capture must be a positive integer");
  stored = true;
  const auto done = path == "capture"
                        ? books_.capture(*index, *amount, key, now)
                        : books_.cancel(*index, field_of(fields, "cancellation_reason"), key, now);
  if (!done) return book_error(done.error(), books_.payment(*index));
  return json_response(200, payment_json(books_.payment(*index), expands_charge(fields)));
}

ports::HttpResponse Stripe::create_refund(const FormFields& fields, const std::string& key, Instant now,
                                          bool& stored) {
  const auto index = books_.find(field_of(fields, "payment_intent"));
  const auto amount = amount_of(fields, "amount");
  stored = false;
  if (!index) return missing("payment_intent");
  if (!amount) return bad_parameter("amount must be a positive integer");
  stored = true;
  const auto refund = books_.refund(*index, *amount, key, now);
  if (!refund) return book_error(refund.error(), books_.payment(*index));
  return json_response(200, refund_json(books_.refund_at(*refund), books_.payment(*index)));
}

ports::HttpResponse Stripe::read(std::string_view path, std::string_view query) const {
  const std::string_view kind = take_segment(path);
  const FormFields fields = parse_form(query);
  if (kind == "refunds" && path.empty()) return list_refunds(fields);
  if (kind == "refunds") {
    const auto number = books_.find_refund(path);
    if (!number) return missing("refund");
    const Refund& refund = books_.refund_at(*number);
    return json_response(200, refund_json(refund, books_.payment(refund.payment)));
  }
  const auto index = kind == "payment_intents" ? books_.find(path) : std::nullopt;
  if (!index) return missing("payment_intent");
  return json_response(200, payment_json(books_.payment(*index), expands_charge(fields)));
}

ports::HttpResponse Stripe::list_refunds(const FormFields& fields) const {
  const auto index = books_.find(field_of(fields, "payment_intent"));
  if (!index) return missing("payment_intent");
  const Payment& payment = books_.payment(*index);
  std::string body = R"({"object":"list","data":[)";
  for (auto number = payment.refunds.rbegin(); number != payment.refunds.rend(); ++number) {
    if (number != payment.refunds.rbegin()) body += ',';
    body += refund_json(books_.refund_at(*number), payment);
  }
  return json_response(200, body += R"(],"has_more":false,"url":"/v1/refunds"})");
}

void Stripe::run(const Happening& happening) {
  const auto subject = static_cast<std::uint32_t>(happening.subject);
  if (happening.kind == HappeningKind::hold_expires) books_.hold_expires(subject, happening.at);
  if (happening.kind == HappeningKind::refund_settles)
    books_.refund_settles(subject, happening.detail != 0, happening.at);
  publish(happening.at);
}

std::uint32_t Stripe::open(NewPayment payment, Instant now) {
  const auto index = books_.open(std::move(payment), now);
  publish(now);
  return index;
}

void Stripe::publish(Instant now) {
  for (const BookEvent& event : books_.take_events())
    if (!context_.params.stripe_event_url.empty()) publish(event, now);
}

void Stripe::publish(const BookEvent& event, Instant now) {
  Faults& faults = context_.faults;
  const Payment& payment = books_.payment(event.payment);
  std::string object = payment_json(payment, false);
  if (event.type == "charge.refunded")
    object = charge_json(payment);
  else if (event.refund >= 0)
    object = refund_json(books_.refund_at(static_cast<std::uint32_t>(event.refund)), payment);
  const std::string id = fmt::format("evt_{:012}", ++last_event_);
  Letter letter{.url = context_.params.stripe_event_url,
                .message_id = id,
                .body = fmt::format(R"({{"id":"{}","object":"event","api_version":"2023-10-16","created":{},)"
                                    R"("livemode":false,"type":"{}","data":{{"object":{}}}}})",
                                    id, now.millis() / 1000, event.type, object),
                .secret = context_.params.stripe_webhook_secret,
                .scheme = SigningScheme::stripe};
  Instant at = now + context_.between(Millis(100), Millis(2000));
  if (faults.strikes(FaultKind::stripe_event_delayed))
    at = at + context_.between(std::chrono::hours(1), std::chrono::hours(72));
  else if (faults.strikes(FaultKind::stripe_event_reordered))
    at = at + context_.between(Millis(1), std::chrono::minutes(2));
  if (faults.strikes(FaultKind::stripe_event_duplicate))
    context_.outbox.post(letter, at + context_.between(Millis(1), std::chrono::minutes(1)));
  if (faults.strikes(FaultKind::stripe_event_stale)) {
    Letter replay = letter;
    replay.timestamp_shift = -std::chrono::minutes(10);
    replay.repeats = false;
    context_.outbox.post(std::move(replay), at);
  }
  if (faults.strikes(FaultKind::stripe_event_forged)) {
    Letter forged = letter;
    forged.secret = "whsec_of_somebody_else";
    forged.repeats = false;
    context_.outbox.post(std::move(forged), at);
  }
  context_.outbox.post(std::move(letter), at);
}

}  // namespace contactor::world
