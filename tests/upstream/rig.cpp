#include "rig.h"

#include <gtest/gtest.h>

#include "crypto/webhook_signature.h"
#include "gateways/iot_api/callback.h"
#include "gateways/stripe/event.h"

namespace contactor::upstream {
namespace {

bool is_configure(const ports::HttpRequest& request) { return request.url.ends_with("/configure"); }

std::string_view header_of(const ports::HttpRequest& request, std::string_view name) {
  for (const auto& header : request.headers)
    if (header.name == name) return header.value;
  return {};
}

world::WorldParams params_of_world() {
  world::WorldParams params = world::calm();
  params.stripe_event_url = "http://contactor.test/v1/payments/events/stripe";
  return params;
}

}  // namespace

Mishap answers(int status, std::string body, std::vector<ports::HttpHeader> headers) {
  return {.answer =
              ports::HttpResponse{.status = status, .headers = std::move(headers), .body = std::move(body)}};
}

Mishap breaks(ErrorKind kind, Applied applied, bool arrives, Millis after) {
  return {.answer = fail(Error{
              .kind = kind, .applied = applied, .retry_after = {}, .origin = "wire", .detail = "broken"}),
          .arrives = arrives,
          .after = after};
}

void Wire::send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) {
  sent.push_back(request);
  const auto mishap = spoil ? spoil(request) : std::nullopt;
  if (mishap) {
    if (mishap->arrives) static_cast<void>(world_.handle(request, time_.now()));
    const Instant at = std::min(time_.now() + mishap->after, request.respond_by);
    time_.call_at(at,
                  [answer = mishap->answer, done = std::move(done)]() mutable { done(std::move(answer)); });
  } else {
    world::Reply reply = world_.handle(request, time_.now());
    const bool arrived = reply.fate == world::Fate::delivered;
    Result<ports::HttpResponse> answer = std::move(reply.response);
    if (!arrived) answer = breaks(ErrorKind::timed_out, Applied::maybe).answer;
    const Instant at =
        arrived ? reply.at : std::min(request.respond_by, time_.now() + std::chrono::minutes(1));
    time_.call_at(
        at, [answer = std::move(answer), done = std::move(done)]() mutable { done(std::move(answer)); });
  }
  if (after_arrival) after_arrival();
}

Rig::Rig(RigParams params)
    : world(params_of_world(), 1),
      callback_secrets{Secret(world::WorldParams().iot_callback_secret)},
      event_secrets{Secret(world::WorldParams().stripe_webhook_secret)},
      iot_({.transport = wire,
            .timekeeper = time,
            .base_url = "http://world.test/iot",
            .token_url = "http://world.test/iot-auth/token",
            .client_id = "contactor",
            .client_secret = Secret("iot-secret"),
            .callback_url = params.callbacks ? "http://contactor.test/v1/iot/callbacks" : ""}),
      stripe_(
          {.transport = wire,
           .timekeeper = time,
           .account = {.api_url = "http://world.test/stripe", .secret_key = Secret("sk_test_contactor")}}) {
  wire.after_arrival = [this] { time.call_at(world.next_event(), [this] { run_world(); }); };
  if (params.push_account)
    fcm_.emplace(gateways::fcm::GatewayParams{.transport = wire,
                                              .timekeeper = time,
                                              .api_url = "http://world.test/fcm",
                                              .project = {},
                                              .account = std::move(*params.push_account)});
  ports::Mail& mail_port = params.mail != nullptr ? *params.mail : mail;
  ports::Push& push_port = fcm_ ? static_cast<ports::Push&>(*fcm_) : push;
  engine = std::make_unique<engine::Engine>(engine::Ports{.time = time,
                                                          .entropy = entropy,
                                                          .store = store_,
                                                          .iot = iot_,
                                                          .stripe = &stripe_,
                                                          .shop = nullptr,
                                                          .mail = &mail_port,
                                                          .push = &push_port},
                                            engine::Settings());
  engine->start([](Status status) { CTR_ASSERT(status.has_value()); });
  pass(Millis(0));
}

void Rig::run_world() {
  for (world::Outgoing& out : world.advance_to(time.now())) {
    const int status = call_back(out.request);
    if (out.fate == world::Fate::delivered) world.outgoing_ended(out.id, status, time.now());
  }
  wire.after_arrival();
}

int Rig::call_back(const ports::HttpRequest& request) {
  const auto refusal = [](const Error& error) { return error.kind == ErrorKind::unauthorized ? 401 : 400; };
  if (request.url.ends_with("/stripe")) {
    auto event = gateways::stripe::read_event(header_of(request, "Stripe-Signature"), request.body,
                                              event_secrets, time.now());
    if (!event) return refusal(event.error());
    if (event->type == gateways::stripe::Event::Type::ignored) return 204;
    auto outcome = std::make_shared<int>(204);
    engine->payment_reported({.event_id = event->event_id, .transaction_id = event->transaction_id},
                             [outcome](Status) {});
    pass(Millis(0));  // The answer is given when the store has answered.
    return *outcome;
  }
  const crypto::WebhookHeaders headers{header_of(request, "webhook-id"),
                                       header_of(request, "webhook-timestamp"),
                                       header_of(request, "webhook-signature")};
  auto callback = gateways::iot_api::read_callback(headers, request.body, callback_secrets, time.now());
  if (!callback) return refusal(callback.error());
  auto outcome = std::make_shared<int>(204);
  engine->vehicle_reported(
      {.command_id = callback->command_id,
       .vin = callback->vin,
       .status = callback->status,
       .generation = callback->generation,
       .failure = callback->failure},
      [outcome](Status status) {
        *outcome = status ? 204 : status.error().kind == ErrorKind::not_found ? 404 : 503;
      });
  pass(Millis(0));  // The answer is given when the store has answered.
  return *outcome;
}

int Rig::call_back(std::string_view command_id, std::string_view vin, std::string_view status,
                   std::uint64_t generation, std::string_view secret, Millis age) {
  return signed_callback(
      fmt::format(R"({{"commandId":"{}","vin":"{}","status":"{}","generation":{},"at":"{}"}})", command_id,
                  vin, status, generation, to_rfc3339(time.now() - age)),
      secret, age);
}

int Rig::signed_callback(std::string body, std::string_view secret, Millis age) {
  const std::int64_t seconds = (time.now() - age).millis() / 1000;
  auto signature = secret.empty()
                       ? std::string()
                       : *crypto::sign_webhook({"evt_1", seconds, body}, Secret(std::string(secret)));
  return call_back({.method = "POST",
                    .url = "http://contactor.test/v1/iot/callbacks",
                    .headers = {{"webhook-id", "evt_1"},
                                {"webhook-timestamp", std::to_string(seconds)},
                                {"webhook-signature", std::move(signature)}},
                    .body = std::move(body)});
}

int Rig::payment_event(std::string_view event_id, std::string_view transaction_id, std::string_view type,
                       std::string_view secret, Millis age) {
  const std::int64_t seconds = (time.now() - age).millis() / 1000;
  std::string body = fmt::format(
      R"({{"id":"{}","object":"event","type":"{}","created":{},"data":{{"object":{{"id":"{}","object":"payment_intent"}}}}}})",
      event_id, type, seconds, transaction_id);
  auto signature = *crypto::sign_stripe(seconds, body, Secret(std::string(secret)));
  return call_back({.method = "POST",
                    .url = "http://contactor.test/v1/payments/events/stripe",
                    .headers = {{"Stripe-Signature", std::move(signature)}},
                    .body = std::move(body)});
}

ActivationId Rig::order(ota::Order order) {
  world.open_payment({.id = order.payment.transaction_id, .amount = 1290}, time.now());
  ActivationId id;
  engine->accept(std::move(order), {}, [&id](Result<engine::Accepted> accepted) {
    CTR_ASSERT(accepted.has_value());
    id = accepted->activation.id;
  });
  pass(Millis(0));
  return id;
}

void Rig::spoil_configure(Mishap mishap, int times) {
  wire.spoil = [mishap = std::move(mishap), times](const auto& request) mutable -> std::optional<Mishap> {
    if (!is_configure(request) || times-- <= 0) return std::nullopt;
    Mishap now = mishap;
    const auto start = request.body.find("cmd_");
    const auto place = now.answer ? now.answer->body.find("$ID") : std::string::npos;
    if (place != std::string::npos)
      now.answer->body.replace(place, 3, request.body.substr(start, request.body.find('"', start) - start));
    if (now.garble != nullptr) now.answer->body = now.garble(std::move(now.answer->body));
    return now;
  };
}

void Rig::spoil_all(std::string part, Mishap mishap) {
  wire.spoil = [part = std::move(part),
                mishap = std::move(mishap)](const auto& request) -> std::optional<Mishap> {
    if (request.url.find(part) == std::string::npos) return std::nullopt;
    return mishap;
  };
}

const ota::Activation& Rig::at(ActivationId id) const {
  const auto* found = disk.find(id);
  CTR_ASSERT(found != nullptr);
  return *found;
}

std::size_t Rig::configures() const { return requests("/configure"); }

std::size_t Rig::requests(std::string_view part) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      wire.sent, [part](const auto& request) { return request.url.find(part) != std::string::npos; }));
}

std::size_t Rig::money(world::MoneyEffectKind kind) const {
  return static_cast<std::size_t>(std::ranges::count(world.logs().money, kind, &world::MoneyEffect::kind));
}

bool Rig::feature_on() const {
  return world.feature_active(ota::testing::an_order().vin, ota::testing::an_order().service_id.str());
}

void expect_ending(const Rig& rig, ActivationId id, const Ending& ending) {
  const ota::Activation& activation = rig.at(id);
  EXPECT_EQ(ota::to_string(activation.state), ota::to_string(ending.state));
  EXPECT_EQ(ota::to_string(activation.money_state), ota::to_string(ending.money));
  EXPECT_EQ(rig.disk.tickets.size(), ending.tickets);
  const bool captured = ending.money == ota::MoneyState::captured;
  EXPECT_EQ(rig.money(world::MoneyEffectKind::captured), captured ? 1U : 0U);
}

}  // namespace contactor::upstream
