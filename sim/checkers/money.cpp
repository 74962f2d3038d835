#include "checkers/money.h"

#include <fmt/format.h>

#include "ota/money_axis.h"

namespace contactor::sim {
namespace {

using ota::MoneyState;
using std::chrono::hours;

constexpr Millis kKeyTrusted = hours(12);  // Half of what the provider promises to remember.

std::string_view header_of(const ports::HttpRequest& request, std::string_view name) {
  for (const auto& header : request.headers)
    if (header.name.size() == name.size() && std::ranges::equal(header.name, name, [](char a, char b) {
          return std::tolower(a) == std::tolower(b);
        }))
      return header.value;
  return {};
}

bool is_stripe(const ports::HttpRequest& request) {
  return request.url.find("/stripe/v1/") != std::string::npos;
}

/// The payment that a call is about: in the path, in the query, or in the form.
std::string payment_of(const ports::HttpRequest& request) {
  for (const std::string* text : {&request.url, &request.body}) {
    const std::size_t start = text->find("pi_");
    if (start == std::string::npos) continue;
    const std::size_t end = text->find_first_of("/?&", start);
    return text->substr(start, end == std::string::npos ? end : end - start);
  }
  return {};
}

bool ours(const world::MoneyEffect& effect) { return effect.idempotency_key.starts_with("act_"); }

}  // namespace

ActivationId MoneyChecker::owner_of(const std::string& payment) const {
  const auto found = evidence_.payments.find(payment);
  return found == evidence_.payments.end() ? ActivationId() : found->second;
}

// -- what the provider did --------------------------------------------------------------------------------

void MoneyChecker::look() {
  const auto& logs = evidence_.universe.world.logs();
  for (; effects_seen_ < logs.money.size(); ++effects_seen_) effect(logs.money[effects_seen_]);
  for (; notices_seen_ < logs.shop_notices.size(); ++notices_seen_)
    shop_notice(logs.shop_notices[notices_seen_]);
}

void MoneyChecker::effect(const world::MoneyEffect& effect) {
  using Kind = world::MoneyEffectKind;
  Sums& sums = sums_[effect.payment_id];
  const ActivationId owner = owner_of(effect.payment_id);
  switch (effect.kind) {
    case Kind::authorized:
      sums.authorized += effect.amount;
      break;
    case Kind::captured:
      sums.captured += effect.amount;
      sums.captures += 1;
      captured(effect);
      break;
    case Kind::voided:
    case Kind::hold_expired:
      break;
    case Kind::refund_created:
      sums.open_refunds += 1;
      if (sums.open_refunds > 1)
        evidence_.violated("M4", owner, fmt::format("two refunds of {} at the same time", effect.payment_id));
      break;
    case Kind::refund_succeeded:
      sums.refunded += effect.amount;
      break;
    case Kind::refund_failed:
      sums.open_refunds -= 1;
      break;
  }
  const std::int64_t authorized_or_paid = std::max(sums.authorized, sums.captured);
  if (sums.refunded < 0 || sums.refunded > sums.captured || sums.captured > authorized_or_paid ||
      (sums.authorized > 0 && sums.captured > sums.authorized))
    evidence_.violated("M3", owner,
                       fmt::format("{}: authorised {}, captured {}, refunded {}", effect.payment_id,
                                   sums.authorized, sums.captured, sums.refunded));
  if (sums.captures > 1)
    evidence_.violated("M5", owner,
                       fmt::format("{} was captured {} times", effect.payment_id, sums.captures));
  if (ours(effect) && !evidence_.is_owed(effect.idempotency_key))
    evidence_.violated(
        "M6", owner,
        fmt::format("money moved under {}, which was never committed to be owed", effect.idempotency_key));
}

/// M1: money is taken only after the car's confirmation was committed, and only where the car says the truth.
void MoneyChecker::captured(const world::MoneyEffect& effect) {
  const ActivationId owner = owner_of(effect.payment_id);
  if (effect.idempotency_key.empty()) return;  // The shop took it before it ordered here.
  const auto* row = owner.empty() ? nullptr : evidence_.row(owner);
  if (row == nullptr)
    return evidence_.violated("M1", owner,
                              fmt::format("{} was captured for no activation", effect.payment_id));
  const Seen& seen = evidence_.seen[owner];
  if (!seen.confirmed) return evidence_.violated("M1", owner, "captured before a confirmation was committed");
  const bool is_on = evidence_.universe.world.feature_active(row->order->vin, row->order->service_id.str());
  const bool told = seen.found_active || seen.was_as_wanted || seen.nobody_could_tell;
  if (!told && !is_on && !evidence_.car_obeyed(*row))
    evidence_.violated("M1", owner, "captured, the car has obeyed no command");
}

void MoneyChecker::shop_notice(const world::ShopNotice& notice) {
  if (!notice.first) return;
  const ActivationId owner = owner_of(notice.transaction_id);
  if (owner.empty())
    return evidence_.violated("M1", owner, "the shop was told to move money for no activation");
  if (notice.type == "payment.capture_due") {
    if (!evidence_.seen[owner].confirmed)
      evidence_.violated("M1", owner, "the shop was told to capture before a confirmation was committed");
    if (++shop_captures_[notice.transaction_id] > 1)
      evidence_.violated("M5", owner, "the shop was told to capture under two ids");
  } else if (++shop_reversals_[notice.transaction_id] > 1) {
    evidence_.violated("M4", owner, "the shop was told to reverse under two ids");
  }
}

// -- what was asked of it ---------------------------------------------------------------------------------

void MoneyChecker::request_sent(const ports::HttpRequest& request) {
  if (!is_stripe(request) || request.method != "POST") return;
  const std::string key(header_of(request, "idempotency-key"));
  const ActivationId owner = owner_of(payment_of(request));
  if (!evidence_.is_owed(key))
    evidence_.violated("M6", owner,
                       fmt::format("a movement was asked for under '{}', which was never committed", key));
  Asked& asked = asked_[key];
  evidence_.note(owner, "asked for " + key);
  if (asked.open)
    evidence_.violated("M8", owner,
                       fmt::format("{} was repeated without a look-up, its last try was not answered", key));
  const Instant now = evidence_.universe.clock.now();
  if (asked.first_at.millis() == 0) asked.first_at = now;
  if (now - asked.first_at > kKeyTrusted + hours(3))
    evidence_.violated(
        "M7", owner,
        fmt::format("{} was repeated {} after its first use", key, to_duration_text(now - asked.first_at)));
  asked.open = true;
}

void MoneyChecker::request_ended(const ports::HttpRequest& request, const ports::HttpResponse* response) {
  if (request.url.find("/shop") != std::string::npos && response != nullptr && response->status < 300) {
    const std::size_t start = request.body.find("pi_");
    if (start != std::string::npos)
      answers_[request.body.substr(start, request.body.find('"', start) - start)] = true;
  }
  if (is_stripe(request) && response == nullptr)
    evidence_.note(owner_of(payment_of(request)), fmt::format("{} was not answered", request.method));
  if (!is_stripe(request) || response == nullptr) return;
  const std::string payment = payment_of(request);
  evidence_.note(owner_of(payment), fmt::format("{} answered {}", request.method, response->status));
  if (request.method == "GET") {
    if (response->status == 200) looked_up(payment);
    return;
  }
  // A 5xx says nothing about the effect.
  if (response->status >= 500 || response->status == 409) return;
  Asked& asked = asked_[std::string(header_of(request, "idempotency-key"))];
  asked.open = false;
  if (response->status < 300) answers_[payment] = true;
}

void MoneyChecker::looked_up(const std::string& payment) {
  answers_[payment] = true;
  const ActivationId owner = owner_of(payment);
  for (auto& [key, asked] : asked_)
    if (key.starts_with(to_string(owner))) asked = Asked{};
}

// -- what we say of it ------------------------------------------------------------------------------------

/// M8: a movement ends by an answer or a look-up, never by assumption.
void MoneyChecker::step(ActivationId id) {
  const auto* row = evidence_.row(id);
  if (row == nullptr || row->money_state == MoneyState::none) return;
  const auto [known, first] = money_.emplace(id, row->money_state);
  const MoneyState before = std::exchange(known->second, row->money_state);
  if (first || before == row->money_state || !ota::purpose_of(before)) return;
  if (!answers_[row->order->payment.transaction_id])
    evidence_.violated("M8", id,
                       fmt::format("{} became {}, the provider has said nothing", ota::to_string(before),
                                   ota::to_string(row->money_state)));
}

void MoneyChecker::at_end() {
  for (const auto& [id, seen] : evidence_.seen) {
    const auto* row = evidence_.row(id);
    if (row == nullptr || row->money_state == MoneyState::none) continue;
    if (row->order->payment.provider == ota::Provider::stripe)
      books(*row);
    else
      shop_books(*row);
  }
}

/// M2, M5, M9, M10, M12: when all is quiet, our word and the provider's books are the same.
void MoneyChecker::books(const ota::Activation& row) {
  const auto& books = evidence_.universe.world.books();
  const auto index = books.find(row.order->payment.transaction_id);
  if (!index) return evidence_.violated("M12", row.id, "the provider does not know the payment");
  const world::Payment& payment = books.payment(*index);
  const std::int64_t kept = payment.captured - payment.refunded;
  const bool is_held = payment.state == world::PaymentState::requires_capture;
  const auto wrong = [&](std::string_view invariant, std::string_view why) {
    evidence_.violated(invariant, row.id,
                       fmt::format("{}: {} here; at the provider {} captured, {} refunded, {}", why,
                                   ota::to_string(row.money_state), payment.captured, payment.refunded,
                                   world::to_string(payment.state)));
  };
  if (row.state == ota::State::Active) {
    if (row.money_state == MoneyState::captured && kept != payment.amount)
      wrong("M10", "delivered, and not paid");
    if (row.money_state == MoneyState::written_off && kept != 0) wrong("M10", "written off, and paid");
    return;
  }
  if (!ota::is_final(row.state)) return;
  if (evidence_.refund_is_pending(row)) return;
  if (kept != 0) wrong("M2", "paid, and not delivered");
  if (is_held) wrong("M9", "a hold is left");
  if (row.money_state != MoneyState::released && row.money_state != MoneyState::refunded)
    wrong("M12", "the money is not back");
}

void MoneyChecker::shop_books(const ota::Activation& row) {
  const std::string& payment = row.order->payment.transaction_id;
  const bool by_us = row.order->payment.state == ota::PaidAs::authorized;
  if (row.state == ota::State::Active && by_us && shop_captures_[payment] != 1)
    evidence_.violated("M10", row.id, "delivered, the shop was not told");
  if ((row.state == ota::State::Failed || row.state == ota::State::Canceled) && shop_reversals_[payment] != 1)
    evidence_.violated("M2", row.id, "not delivered, the shop was not told to reverse");
  if (row.state != ota::State::Active && shop_captures_[payment] != 0)
    evidence_.violated("M1", row.id, "not delivered, the shop was told to capture");
}

}  // namespace contactor::sim
