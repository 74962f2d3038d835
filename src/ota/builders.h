#pragma once

#include "ota/advance.h"

namespace contactor::ota::testing {

/// 2026-11-21T06:00:00Z, when every test begins.
inline constexpr Instant kStart = Instant::from_millis(1'795'240'800'000);

/// An order as a shop sends it: 30 days of heated seats for 12.90 EUR, authorised.
inline Order an_order() {
  return Order{.order_id = OrderId("order-1"),
               .vin = *Vin::parse("WVWZZZ1JZXW000001"),
               .customer = {.id = CustomerId("cust-1"),
                            .name = "Ada",
                            .email = "ada@example.org",
                            .push_token = "device",
                            .locale = ""},
               .service_id = ServiceId("seat-heating"),
               .service_name = "Seat heating",
               .vehicle_model = "ID.3",
               .action = Action::activate,
               .duration = std::chrono::hours(24 * 30),
               .origin = Origin::customer,
               .payment = {.provider = Provider::stripe,
                           .transaction_id = "pi_1",
                           .amount = {.minor_units = 1290, .currency = *Currency::parse("EUR")},
                           .state = PaidAs::authorized},
               .configuration = R"({"seatHeating":true})",
               .template_version = 1,
               .requirements = {},
               .requested_at = kStart,
               .parent = {},
               .reason = {},
               .ordered_by = "shop",
               .extends = {},
               .extends_from = {}};
}

/// Walks one activation through events and keeps all that came out.
struct Walk {
  explicit Walk(Order order = an_order(), Instant start_at = kStart) {
    take(open(std::move(order), ActivationId(1 << 21), start_at, context()));
  }

  Context context() { return {.policy = policy, .now = now, .fresh_ticket = TicketId(77 << 8)}; }

  /// Hands over one event; false where it was refused or had nothing to record.
  bool happens(const Event& event) {
    auto step = advance(activation, event, context());
    if (!step) return false;
    const bool recorded = step->entry.has_value();
    take(std::move(*step));
    return recorded;
  }
  bool happens_after(Millis wait, const Event& event) {
    now = now + wait;
    return happens(event);
  }
  bool granted() { return happens(Granted{.generation = activation.generation + 1}); }
  bool refused(FailureCategory category) {
    return happens(Answered{
        .answer = {
            .kind = CommandAnswer::Kind::refused,
            .failure = {.category = category, .http_status = 503, .code = "internal", .message = "down"},
            .retry_after = {}}});
  }
  bool confirmed() {
    return happens(Observed{.source = "callback",
                            .ordinal = activation.command_ordinal,
                            .status = CommandStatus::applied,
                            .failure = {}});
  }
  /// Waits out whatever next_action_at says and hands over the matching event.
  void wait() { now = std::max(now, activation.next_action_at); }
  /// Sends and fails until nothing more is sent; ends in MaxRetriesExceeded.
  void exhaust() {
    while (activation.state != State::MaxRetriesExceeded) {
      wait();
      granted();
      refused(FailureCategory::ApiIotError);
    }
  }
  void take(Step step) {
    activation = std::move(step.next);
    if (step.entry) history.push_back(std::move(*step.entry));
    effects = std::move(step.effects);
    for (const auto& effect : effects) all_effects.push_back(effect);
  }
  template <class T>
  [[nodiscard]] const T* effect() const {
    for (const auto& effect : effects)
      if (const auto* found = std::get_if<T>(&effect)) return found;
    return nullptr;
  }
  template <class T>
  [[nodiscard]] std::size_t count() const {
    std::size_t sum = 0;
    for (const auto& effect : all_effects) sum += std::holds_alternative<T>(effect) ? 1 : 0;
    return sum;
  }

  Policy policy;
  Instant now = kStart;
  Activation activation;
  std::vector<HistoryEntry> history;
  std::vector<Effect> effects;
  std::vector<Effect> all_effects;
};

}  // namespace contactor::ota::testing
