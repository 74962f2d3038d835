#include "world/world.h"

#include <algorithm>

#include "world/control.h"

namespace contactor::world {

World::World(WorldParams params, std::uint64_t seed)
    : context_(std::move(params), seed),
      iot_(context_),
      stripe_(context_),
      mailbox_(context_),
      push_(context_),
      shop_(context_),
      chat_(context_),
      fleet_(context_) {}

Reply World::handle(const ports::HttpRequest& request, Instant now) {
  run_until(now);
  return route(request);
}

Reply World::route(const ports::HttpRequest& request) {
  auto [path, query] = target_of(request.url);
  if (take_prefix(path, "/iot/")) return iot_.handle(request, path, query, now_);
  if (path == "/iot-auth/token") return iot_.sign_in().token(request, now_);
  if (take_prefix(path, "/stripe/v1/")) return stripe_.handle(request, path, query, now_);
  if (path == "/fcm-auth/token") return push_.token(request, now_);
  if (take_prefix(path, "/fcm/")) return push_.send(request, path, now_);
  if (take_prefix(path, "/slack/")) return chat_.handle(request, path, now_);
  if (path == "/shop") return shop_.handle(request, now_);
  if (take_prefix(path, "/_sim/")) return {control(*this, request, path, now_), now_, Fate::delivered};
  if (auto reply = fleet_.handle(request, path, query, now_)) return std::move(*reply);
  return {json_response(404, R"({"error":"no simulated system has this path"})"), now_, Fate::delivered};
}

MailReply World::deliver_mail(std::string_view from, std::string_view to, std::string_view raw, Instant now) {
  run_until(now);
  return mailbox_.deliver(from, to, raw, now_);
}

Instant World::next_event() const { return context_.outbox.has_ready() ? now_ : context_.timeline.next(); }

std::vector<Outgoing> World::advance_to(Instant now) {
  run_until(now);
  return context_.outbox.take_ready();
}

void World::outgoing_ended(std::uint64_t id, int status, Instant now) {
  run_until(now);
  context_.outbox.ended(id, status, now_);
}

void World::run_until(Instant now) {
  while (context_.timeline.next() <= now && !context_.timeline.next().is_never()) {
    const Happening happening = context_.timeline.take();
    now_ = std::max(now_, happening.at);
    switch (happening.kind) {
      case HappeningKind::car_receives:
      case HappeningKind::car_acts:
      case HappeningKind::report_arrives:
      case HappeningKind::command_ends:
      case HappeningKind::lie_starts:
        iot_.run(happening);
        break;
      case HappeningKind::letter_due:
        context_.outbox.on_due(happening.subject, happening.at);
        break;
      case HappeningKind::letter_unanswered:
        context_.outbox.on_unanswered(happening.subject, static_cast<int>(happening.detail), happening.at);
        break;
      case HappeningKind::hold_expires:
      case HappeningKind::refund_settles:
        stripe_.run(happening);
        break;
    }
  }
  now_ = std::max(now_, now);
}

void World::pin_mood(const Vin& vin, Mood mood, Instant now) {
  run_until(now);
  iot_.vehicles().pin_mood(vin, mood, now_);
}

void World::heal(Instant now) {
  run_until(now);
  context_.faults.plan().clear();
  iot_.sign_in().heal();
  iot_.vehicles().heal(now_);
  fleet_.heal();
}

bool World::feature_active(const Vin& vin, std::string_view service_id) const {
  const Car* const car = iot_.vehicles().find(vin);
  const Feature* const feature = car == nullptr ? nullptr : find_feature(car->features, service_id);
  return feature != nullptr && feature->active;
}

std::optional<Mood> World::mood_of(const Vin& vin) const {
  const Car* const car = iot_.vehicles().find(vin);
  return car == nullptr ? std::nullopt : std::optional(car->mood);
}

}  // namespace contactor::world
