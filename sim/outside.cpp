#include "outside.h"

#include <array>

#include "crypto/webhook_signature.h"
#include "gateways/iot_api/callback.h"
#include "gateways/stripe/event.h"

namespace contactor::sim {
namespace {

std::string_view header_of(const ports::HttpRequest& request, std::string_view name) {
  for (const auto& header : request.headers)
    if (header.name == name) return header.value;
  return {};
}

/// What the API's route answers for an outcome of the engine.
int http_status(const Status& status) {
  if (status) return 204;
  return status.error().kind == ErrorKind::not_found ? 404 : 503;
}

}  // namespace

void Outside::carry(world::Outgoing outgoing) {
  auto shared = std::make_shared<world::Outgoing>(std::move(outgoing));
  const Millis travel = universe_.between(Millis(1), Millis(30));
  universe_.clock.plan(std::max(shared->at, universe_.clock.now()) + travel, nullptr,
                       [this, shared] { hand_over(shared); });
}

void Outside::hand_over(const std::shared_ptr<world::Outgoing>& outgoing) {
  const bool is_event = outgoing->request.url.ends_with("/stripe");
  auto* engine = cluster_.ask(shard_of(outgoing->request, is_event));
  if (engine == nullptr) return answered(*outgoing, 0);
  universe_.note(outgoing->request.url);
  if (is_event) return hand_event(*engine, outgoing);
  hand_callback(*engine, outgoing);
}

/// Which vehicle it is about, as far as its text says: the node that holds it is asked most of the time.
std::uint8_t Outside::shard_of(const ports::HttpRequest& request, bool is_event) const {
  const std::string_view mark = is_event ? "pi_" : "act_";
  const std::size_t at = request.body.find(mark);
  if (at == std::string::npos) return 0;
  if (!is_event) return parse_id<ActivationTag>(std::string_view(request.body).substr(at, 17)).shard();
  const std::size_t end = request.body.find('"', at);
  const auto found = universe_.disk.payments.find(request.body.substr(at, end - at));
  return found == universe_.disk.payments.end() ? std::uint8_t{0} : found->second.shard();
}

void Outside::hand_callback(engine::Engine& engine, const std::shared_ptr<world::Outgoing>& outgoing) {
  const auto& request = outgoing->request;
  const crypto::WebhookHeaders headers{header_of(request, "webhook-id"),
                                       header_of(request, "webhook-timestamp"),
                                       header_of(request, "webhook-signature")};
  const std::array secrets{Secret(universe_.scenario.world.iot_callback_secret)};
  auto callback = gateways::iot_api::read_callback(headers, request.body, secrets, engine.time().now());
  const Mutant* mutant = cluster_.mutant();
  if (!callback && mutant != nullptr && mutant->accepts_forged) {
    // The signature is made right before it is looked at.
    const std::int64_t seconds = engine.time().now().millis() / 1000;
    const std::string stamp = std::to_string(seconds);
    const auto signature = crypto::sign_webhook({headers.id, seconds, request.body}, secrets.front());
    callback = gateways::iot_api::read_callback({headers.id, stamp, *signature}, request.body, secrets,
                                                engine.time().now());
  }
  if (!callback) return answered(*outgoing, callback.error().kind == ErrorKind::unauthorized ? 401 : 400);
  const bool applied = callback->status == ota::CommandStatus::applied;
  const std::string command_id = callback->command_id;
  universe_.observer->callback_handed_over(command_id);
  const auto done = [this, outgoing, applied, command_id](const Status& status) {
    const int code = http_status(status);
    if (code < 300 && applied) universe_.observer->confirmation_acknowledged(command_id);
    answered(*outgoing, code);
  };
  if (mutant != nullptr && mutant->drops_late_confirmations && drops(command_id)) return done({});
  engine.vehicle_reported({.command_id = callback->command_id,
                           .vin = callback->vin,
                           .status = callback->status,
                           .generation = callback->generation,
                           .failure = std::move(callback->failure)},
                          [done](Status status) { done(status); });
}

void Outside::hand_event(engine::Engine& engine, const std::shared_ptr<world::Outgoing>& outgoing) {
  const auto& request = outgoing->request;
  const std::array secrets{Secret(universe_.scenario.world.stripe_webhook_secret)};
  auto event = gateways::stripe::read_event(header_of(request, "Stripe-Signature"), request.body, secrets,
                                            engine.time().now());
  if (!event) return answered(*outgoing, event.error().kind == ErrorKind::unauthorized ? 401 : 400);
  if (event->type == gateways::stripe::Event::Type::ignored) return answered(*outgoing, 204);
  engine.payment_reported({.event_id = event->event_id, .transaction_id = event->transaction_id},
                          [this, outgoing](Status status) { answered(*outgoing, http_status(status)); });
}

void Outside::answered(const world::Outgoing& outgoing, int status) {
  if (outgoing.fate == world::Fate::delivered)
    universe_.world.outgoing_ended(outgoing.id, status, universe_.clock.now());
}

bool Outside::drops(std::string_view command_id) const {
  const auto ref = ota::parse_command_id(command_id);
  const auto* row = ref ? universe_.disk.find(ref->activation) : nullptr;
  return row != nullptr && ota::is_final(row->state);
}

}  // namespace contactor::sim
