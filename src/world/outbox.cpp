#include "world/outbox.h"

#include "crypto/webhook_signature.h"

namespace contactor::world {
namespace {

constexpr std::array<Millis, 3> repeat_after{std::chrono::seconds(5), std::chrono::seconds(30),
                                             std::chrono::minutes(5)};
constexpr Millis answer_within = std::chrono::seconds(15);

std::int64_t seconds_of(Instant at) { return at.millis() / 1000; }

void sign_as_webhook(const Letter& letter, bool broken, Instant now, ports::HttpRequest& request) {
  const std::int64_t timestamp = seconds_of(now + letter.timestamp_shift);
  auto signature = crypto::sign_webhook({letter.message_id, timestamp, letter.body}, Secret(letter.secret));
  std::string text = signature ? *signature : std::string("v1,");
  // The first character after `v1,` holds six whole bits: another letter there is another digest.
  if (broken && text.size() > 3) text[3] = text[3] == 'A' ? 'B' : 'A';
  request.headers.push_back({"webhook-id", letter.message_id});
  request.headers.push_back({"webhook-timestamp", std::to_string(timestamp)});
  request.headers.push_back({"webhook-signature", std::move(text)});
}

void sign_as_stripe(const Letter& letter, bool broken, Instant now, ports::HttpRequest& request) {
  const std::int64_t timestamp = seconds_of(now + letter.timestamp_shift);
  auto signature = crypto::sign_stripe(timestamp, letter.body, Secret(letter.secret));
  std::string text = signature ? *signature : std::string("t=0,v1=");
  if (broken && !text.empty()) text.back() = text.back() == '0' ? '1' : '0';
  request.headers.push_back({"Stripe-Signature", std::move(text)});
}

ports::HttpRequest rendered(const Letter& letter, Instant now) {
  ports::HttpRequest request{.method = "POST",
                             .url = letter.url,
                             .headers = {{"Content-Type", "application/json"}},
                             .body = letter.body,
                             .respond_by = now + answer_within};
  const bool broken = letter.bad_signature && letter.attempts == 1;
  switch (letter.scheme) {
    case SigningScheme::standard_webhooks:
      sign_as_webhook(letter, broken, now, request);
      break;
    case SigningScheme::stripe:
      sign_as_stripe(letter, broken, now, request);
      break;
  }
  return request;
}

}  // namespace

void Outbox::post(Letter letter, Instant at) {
  const std::uint64_t id = ++last_id_;
  letters_.emplace(id, std::move(letter));
  timeline_.plan(at, HappeningKind::letter_due, id);
}

void Outbox::on_due(std::uint64_t id, Instant now) {
  const auto found = letters_.find(id);
  if (found == letters_.end()) return;
  Letter& letter = found->second;
  ++letter.attempts;
  const bool stripe = letter.scheme == SigningScheme::stripe;
  if (letter.repeats && faults_.strikes(stripe ? FaultKind::stripe_event_lost : FaultKind::callback_lost))
    return repeat_or_give_up(id, now);
  const bool answer_lost = letter.repeats && !stripe && faults_.strikes(FaultKind::callback_answer_lost);
  ready_.push_back({id, rendered(letter, now), now, answer_lost ? Fate::lost_after : Fate::delivered});
  if (answer_lost) return repeat_or_give_up(id, now);
  // Whoever should have answered may have died with the request in hand.
  timeline_.plan(now + answer_within, HappeningKind::letter_unanswered, id,
                 static_cast<std::uint32_t>(letter.attempts));
}

void Outbox::on_unanswered(std::uint64_t id, int attempt, Instant now) {
  const auto found = letters_.find(id);
  if (found != letters_.end() && found->second.attempts == attempt) repeat_or_give_up(id, now);
}

void Outbox::ended(std::uint64_t id, int status, Instant now) {
  if (status >= 200 && status < 300)
    letters_.erase(id);
  else
    repeat_or_give_up(id, now);
}

void Outbox::repeat_or_give_up(std::uint64_t id, Instant now) {
  const auto found = letters_.find(id);
  if (found == letters_.end()) return;
  const auto repeats_done = static_cast<std::size_t>(found->second.attempts - 1);
  if (!found->second.repeats || repeats_done >= repeat_after.size()) {
    letters_.erase(found);
    return;
  }
  timeline_.plan(now + repeat_after[repeats_done], HappeningKind::letter_due, id);
}

std::vector<Outgoing> Outbox::take_ready() { return std::exchange(ready_, {}); }

}  // namespace contactor::world
