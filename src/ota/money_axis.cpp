#include "ota/money_axis.h"

#include <array>

namespace contactor::ota {
namespace {

constexpr std::array<std::string_view, 3> kPurposeNames{"capture", "release", "refund"};

struct Movement {
  MoneyState from;
  MoneyState to;
};
constexpr std::array kMovements{
    Movement{MoneyState::held, MoneyState::capturing},
    Movement{MoneyState::held, MoneyState::releasing},
    Movement{MoneyState::prepaid, MoneyState::captured},
    Movement{MoneyState::prepaid, MoneyState::refunding},
    Movement{MoneyState::capturing, MoneyState::captured},
    Movement{MoneyState::capturing, MoneyState::written_off},
    Movement{MoneyState::releasing, MoneyState::released},
    // The provider turned out to have taken the money after all: it goes back.
    Movement{MoneyState::releasing, MoneyState::refunding},
    Movement{MoneyState::refunding, MoneyState::refunded},
};

}  // namespace

std::optional<MoneyPurpose> purpose_of(MoneyState state) {
  if (state == MoneyState::capturing) return MoneyPurpose::capture;
  if (state == MoneyState::releasing) return MoneyPurpose::release;
  if (state == MoneyState::refunding) return MoneyPurpose::refund;
  return std::nullopt;
}

std::string_view to_string(MoneyPurpose purpose) { return kPurposeNames[static_cast<std::size_t>(purpose)]; }

std::optional<MoneyPurpose> parse_money_purpose(std::string_view text) {
  for (std::size_t i = 0; i < kPurposeNames.size(); ++i)
    if (kPurposeNames[i] == text) return static_cast<MoneyPurpose>(i);
  return std::nullopt;
}

MoneyState money_at_entry(const Payment& payment) {
  if (payment.amount.minor_units == 0) return MoneyState::none;
  switch (payment.state) {
    case PaidAs::none:
      return MoneyState::none;
    case PaidAs::authorized:
      return MoneyState::held;
    case PaidAs::captured:
      return MoneyState::prepaid;
  }
  return MoneyState::none;
}

bool is_money_transition(MoneyState from, MoneyState to) {
  for (const auto& movement : kMovements)
    if (movement.from == from && movement.to == to) return true;
  return false;
}

MoneyState money_after(const Confirmation&, MoneyState before) {
  if (before == MoneyState::held) return MoneyState::capturing;
  if (before == MoneyState::prepaid) return MoneyState::captured;
  return before;
}

MoneyState money_reversed(MoneyState before) {
  if (before == MoneyState::held) return MoneyState::releasing;
  if (before == MoneyState::prepaid) return MoneyState::refunding;
  return before;
}

}  // namespace contactor::ota
