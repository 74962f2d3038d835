#include "world/logs.h"

namespace contactor::world {

std::string_view to_string(ArrivalOutcome outcome) {
  switch (outcome) {
    case ArrivalOutcome::accepted:
      return "accepted";
    case ArrivalOutcome::repeated:
      return "repeated";
    case ArrivalOutcome::conflicting:
      return "conflicting";
    case ArrivalOutcome::rate_limited:
      return "rate_limited";
    case ArrivalOutcome::refused:
      return "refused";
    case ArrivalOutcome::unauthorized:
      return "unauthorized";
  }
  return "";
}

std::string_view to_string(MoneyEffectKind kind) {
  switch (kind) {
    case MoneyEffectKind::authorized:
      return "authorized";
    case MoneyEffectKind::captured:
      return "captured";
    case MoneyEffectKind::voided:
      return "voided";
    case MoneyEffectKind::hold_expired:
      return "hold_expired";
    case MoneyEffectKind::refund_created:
      return "refund_created";
    case MoneyEffectKind::refund_succeeded:
      return "refund_succeeded";
    case MoneyEffectKind::refund_failed:
      return "refund_failed";
  }
  return "";
}

}  // namespace contactor::world
