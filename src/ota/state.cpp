#include "ota/state.h"

namespace contactor::ota {

bool is_final(State state) {
  return state == State::Active || state == State::Failed || state == State::Canceled ||
         state == State::Deactivated;
}

bool is_settled(State state, MoneyState money) {
  if (!is_final(state)) return false;
  switch (money) {
    case MoneyState::none:
    case MoneyState::captured:
    case MoneyState::released:
    case MoneyState::refunded:
    case MoneyState::written_off:
      return true;
    case MoneyState::held:     // a hold at the end is still to be voided
    case MoneyState::prepaid:  // delivered it becomes captured, undelivered it goes back: as such it is never
                               // an end
    case MoneyState::capturing:
    case MoneyState::releasing:
    case MoneyState::refunding:
      return false;
  }
  return false;
}

bool waits_to_send(State state) {
  return state == State::QueuedForActivation || state == State::WaitingBudget ||
         state == State::WaitingBackoff;
}

}  // namespace contactor::ota
