#include "ota/money_words.h"

#include <array>

#include <fmt/format.h>

namespace contactor::ota {
namespace {

constexpr std::string_view kNoPayment = "no payment with this order";

bool has_payment(const Activation& activation) { return activation.order->payment.state != PaidAs::none; }

std::string price(const Activation& activation) { return to_display(activation.order->payment.amount); }

std::string released_words(const Activation& activation) {
  if (provably_not_charged(activation)) return "You have NOT been charged for this service.";
  return fmt::format("The amount held ({}) has been released.", price(activation));
}

}  // namespace

bool provably_not_charged(const Activation& activation) {
  const Order& order = *activation.order;
  return activation.money_state == MoneyState::released && order.payment.state == PaidAs::authorized &&
         order.origin == Origin::customer;
}

std::string return_words(const Activation& activation, Instant today) {
  if (!has_payment(activation)) return {};
  const std::string amount = price(activation);
  switch (activation.money_state) {
    case MoneyState::none:
    case MoneyState::written_off:
      return {};
    case MoneyState::held:
    case MoneyState::releasing:
      return fmt::format("The amount held ({}) is being released; we will confirm.", amount);
    case MoneyState::released:
      return released_words(activation);
    case MoneyState::prepaid:
      return fmt::format("We are returning your payment of {}; we will confirm.", amount);
    case MoneyState::refunding:
      return fmt::format("Your payment of {} is being refunded; we will confirm.", amount);
    case MoneyState::refunded:
      return fmt::format("Your payment of {} has been refunded on {}.", amount, day_words(today));
    case MoneyState::capturing:
    case MoneyState::captured:
      return fmt::format("Our team will contact you about your payment of {}.", amount);
  }
  return {};
}

std::string receipt_words(const Activation& activation, Instant today) {
  if (!has_payment(activation)) return std::string(kNoPayment);
  switch (activation.money_state) {
    case MoneyState::none:
      return std::string(kNoPayment);
    case MoneyState::held:
      return "reserved; it will be charged when your car confirms the activation";
    case MoneyState::prepaid:
      return "paid";
    case MoneyState::capturing:
      return "being charged";
    case MoneyState::captured:
      return "charged";
    case MoneyState::releasing:
      return "the amount held is being released";
    case MoneyState::released:
      return "the amount held has been released";
    case MoneyState::refunding:
      return "being refunded";
    case MoneyState::refunded:
      return fmt::format("has been refunded on {}", day_words(today));
    case MoneyState::written_off:
      return "not collected";
  }
  return {};
}

std::string cost_words(const Activation& activation) {
  const Money& amount = activation.order->payment.amount;
  if (!has_payment(activation)) return amount.minor_units > 0 ? to_display(amount) : std::string(kNoPayment);
  switch (activation.money_state) {
    case MoneyState::none:
    case MoneyState::held:
    case MoneyState::prepaid:
    case MoneyState::capturing:
    case MoneyState::captured:
      return to_display(amount);
    case MoneyState::releasing:
    case MoneyState::released:
    case MoneyState::refunding:
    case MoneyState::refunded:
    case MoneyState::written_off:
      return fmt::format("{} ({})", to_display(amount), receipt_words(activation, activation.updated_at));
  }
  return {};
}

std::string duration_words(const std::optional<Millis>& duration) {
  if (!duration) return "permanent";
  struct Unit {
    std::int64_t millis;
    std::string_view one;
  };
  static constexpr std::array kUnits{Unit{86'400'000, "day"}, Unit{3'600'000, "hour"}, Unit{60'000, "minute"},
                                     Unit{1000, "second"}};
  std::string words;
  std::int64_t rest = duration->count();
  for (const auto& unit : kUnits) {
    const std::int64_t count = rest / unit.millis;
    rest %= unit.millis;
    if (count > 0)
      words += fmt::format("{}{} {}{}", words.empty() ? "" : " ", count, unit.one, count == 1 ? "" : "s");
  }
  return words.empty() ? "less than a second" : words;
}

std::string day_words(Instant at) { return to_rfc3339(at).substr(0, 10); }

std::string moment_words(Instant at) {
  const std::string text = to_rfc3339(at);
  return fmt::format("{} {} UTC", text.substr(0, 10), text.substr(11, 5));
}

}  // namespace contactor::ota
