#pragma once

#include <array>
#include <span>

#include "ota/state.h"

namespace contactor::ota {

struct Transition {
  State from;
  State to;
};

/// The brief's diagram, edge by edge in its order. Every hop of every step is one of these or of
/// kRuledTransitions.
inline constexpr std::array kDiagram{
    Transition{State::PaymentConfirmed, State::QueuedForActivation},
    Transition{State::QueuedForActivation, State::SendingCommand},
    Transition{State::SendingCommand, State::WaitingResponse},
    Transition{State::WaitingResponse, State::CheckingResponse},
    Transition{State::CheckingResponse, State::Success},
    Transition{State::CheckingResponse, State::Failure},
    Transition{State::Failure, State::EvaluatingRetry},
    Transition{State::EvaluatingRetry, State::CalculateBackoff},
    Transition{State::CalculateBackoff, State::WaitingBackoff},
    Transition{State::WaitingBackoff, State::SendingCommand},
    Transition{State::EvaluatingRetry, State::MaxRetriesExceeded},
    Transition{State::Success, State::NotifyingCustomer},
    Transition{State::NotifyingCustomer, State::Active},
    Transition{State::MaxRetriesExceeded, State::QueryingVehicleState},
    Transition{State::QueryingVehicleState, State::EscalatingToSupport},
    Transition{State::EscalatingToSupport, State::ReversingPayment},
    Transition{State::ReversingPayment, State::NotifyingFailure},
    Transition{State::NotifyingFailure, State::Failed},
};

/// What the rulings add, each with its reason.
inline constexpr std::array kRuledTransitions{
    // A command without budget waits; waiting is not an attempt (T10, T11).
    Transition{State::QueuedForActivation, State::WaitingBudget},
    Transition{State::WaitingBackoff, State::WaitingBudget},
    Transition{State::WaitingResponse, State::WaitingBudget},
    Transition{State::WaitingBudget, State::SendingCommand},
    // A pre-check that finds the car unreachable or unfit stands for an attempt without a command (T13).
    Transition{State::QueuedForActivation, State::CheckingResponse},
    Transition{State::WaitingBudget, State::CheckingResponse},
    // A late yes stops everything, wherever the activation waits (T2, T22).
    Transition{State::WaitingBackoff, State::CheckingResponse},
    Transition{State::MaxRetriesExceeded, State::CheckingResponse},
    Transition{State::QueryingVehicleState, State::CheckingResponse},
    // Failures that no retry can cure escalate at once (T58); so does a horizon that has been reached (T29).
    Transition{State::EvaluatingRetry, State::QueryingVehicleState},
    Transition{State::QueuedForActivation, State::QueryingVehicleState},
    Transition{State::WaitingBudget, State::QueryingVehicleState},
    Transition{State::WaitingBackoff, State::QueryingVehicleState},
    // The newest wish wins (T26).
    Transition{State::Scheduled, State::Canceled},
    Transition{State::QueuedForActivation, State::Canceled},
    Transition{State::WaitingBudget, State::Canceled},
    Transition{State::WaitingBackoff, State::Canceled},
    Transition{State::MaxRetriesExceeded, State::Canceled},
    Transition{State::CheckingResponse, State::Canceled},
    // Deactivations (T61): due by date, and confirmed they end as such.
    Transition{State::Scheduled, State::QueuedForActivation},
    Transition{State::PaymentConfirmed, State::Scheduled},
    Transition{State::NotifyingCustomer, State::Deactivated},
    // A deactivation that no retry can cure has no money to reverse.
    Transition{State::EscalatingToSupport, State::NotifyingFailure},
};

[[nodiscard]] bool is_transition(State from, State to);

}  // namespace contactor::ota
