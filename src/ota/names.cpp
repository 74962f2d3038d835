#include "ota/name_table.h"
#include "ota/notices.h"
#include "ota/ticket.h"

// How every enum of this folder is spelled outside: one table each, both directions read it.

namespace contactor::ota {
namespace {

constexpr NameTable kStateNames({
    Spelled{State::PaymentConfirmed, "PaymentConfirmed"},
    Spelled{State::QueuedForActivation, "QueuedForActivation"},
    Spelled{State::SendingCommand, "SendingCommand"},
    Spelled{State::WaitingResponse, "WaitingResponse"},
    Spelled{State::CheckingResponse, "CheckingResponse"},
    Spelled{State::Success, "Success"},
    Spelled{State::Failure, "Failure"},
    Spelled{State::EvaluatingRetry, "EvaluatingRetry"},
    Spelled{State::CalculateBackoff, "CalculateBackoff"},
    Spelled{State::WaitingBackoff, "WaitingBackoff"},
    Spelled{State::MaxRetriesExceeded, "MaxRetriesExceeded"},
    Spelled{State::NotifyingCustomer, "NotifyingCustomer"},
    Spelled{State::Active, "Active"},
    Spelled{State::QueryingVehicleState, "QueryingVehicleState"},
    Spelled{State::EscalatingToSupport, "EscalatingToSupport"},
    Spelled{State::ReversingPayment, "ReversingPayment"},
    Spelled{State::NotifyingFailure, "NotifyingFailure"},
    Spelled{State::Failed, "Failed"},
    Spelled{State::Scheduled, "Scheduled"},
    Spelled{State::WaitingBudget, "WaitingBudget"},
    Spelled{State::Canceled, "Canceled"},
    Spelled{State::Deactivated, "Deactivated"},
});

constexpr NameTable kServiceStatusNames({
    Spelled{ServiceStatus::Pending, "Pending"},
    Spelled{ServiceStatus::Activating, "Activating"},
    Spelled{ServiceStatus::Active, "Active"},
    Spelled{ServiceStatus::PendingSupport, "Pending Support"},
    Spelled{ServiceStatus::FailedActivation, "Failed Activation"},
    Spelled{ServiceStatus::Deactivating, "Deactivating"},
    Spelled{ServiceStatus::Inactive, "Inactive"},
    Spelled{ServiceStatus::Canceled, "Canceled"},
});

constexpr NameTable kMoneyStateNames({
    Spelled{MoneyState::none, "none"},
    Spelled{MoneyState::held, "held"},
    Spelled{MoneyState::prepaid, "prepaid"},
    Spelled{MoneyState::capturing, "capturing"},
    Spelled{MoneyState::captured, "captured"},
    Spelled{MoneyState::releasing, "releasing"},
    Spelled{MoneyState::released, "released"},
    Spelled{MoneyState::refunding, "refunding"},
    Spelled{MoneyState::refunded, "refunded"},
    Spelled{MoneyState::written_off, "written_off"},
});

constexpr NameTable kActionNames({
    Spelled{Action::activate, "activate"},
    Spelled{Action::deactivate, "deactivate"},
});

constexpr NameTable kOriginNames({
    Spelled{Origin::customer, "customer"},
    Spelled{Origin::pre_delivery, "pre_delivery"},
});

constexpr NameTable kFailureCategoryNames({
    Spelled{FailureCategory::TransientNetwork, "TransientNetwork"},
    Spelled{FailureCategory::VehicleOffline, "VehicleOffline"},
    Spelled{FailureCategory::ApiIotError, "ApiIotError"},
    Spelled{FailureCategory::InvalidConfiguration, "InvalidConfiguration"},
    Spelled{FailureCategory::VehicleIncompatible, "VehicleIncompatible"},
    Spelled{FailureCategory::AuthorizationFailure, "AuthorizationFailure"},
    Spelled{FailureCategory::MaxRetriesExceeded, "MaxRetriesExceeded"},
});

constexpr NameTable kCommandStatusNames({
    Spelled{CommandStatus::unknown, "unknown"},
    Spelled{CommandStatus::accepted, "accepted"},
    Spelled{CommandStatus::delivered, "delivered"},
    Spelled{CommandStatus::applied, "applied"},
    Spelled{CommandStatus::rejected, "rejected"},
    Spelled{CommandStatus::timed_out, "timed_out"},
});

constexpr NameTable kProviderNames({
    Spelled{Provider::stripe, "stripe"},
    Spelled{Provider::external, "external"},
});

constexpr NameTable kPaidAsNames({
    Spelled{PaidAs::none, "none"},
    Spelled{PaidAs::authorized, "authorized"},
    Spelled{PaidAs::captured, "captured"},
});

constexpr NameTable kNoticeEventNames({
    Spelled{NoticeEvent::PaymentConfirmed, "PaymentConfirmed"},
    Spelled{NoticeEvent::ActivationStarted, "ActivationStarted"},
    Spelled{NoticeEvent::ActivationSuccessful, "ActivationSuccessful"},
    Spelled{NoticeEvent::ActivationFailed, "ActivationFailed"},
    Spelled{NoticeEvent::MoneyReturned, "MoneyReturned"},
    Spelled{NoticeEvent::WorkshopVisit, "WorkshopVisit"},
    Spelled{NoticeEvent::Alternative, "Alternative"},
});

constexpr NameTable kChannelNames({
    Spelled{Channel::email, "email"},
    Spelled{Channel::push, "push"},
    Spelled{Channel::display, "display"},
});

constexpr NameTable kPriorityNames({
    Spelled{Priority::HIGH, "HIGH"},
    Spelled{Priority::MEDIUM, "MEDIUM"},
});

constexpr NameTable kTicketStateNames({
    Spelled{TicketState::open, "open"},
    Spelled{TicketState::waiting_customer, "waiting_customer"},
    Spelled{TicketState::resolved, "resolved"},
    Spelled{TicketState::closed, "closed"},
});

constexpr NameTable kTicketActionNames({
    Spelled{TicketAction::retry, "retry"},
    Spelled{TicketAction::modify_payload, "modify_payload"},
    Spelled{TicketAction::schedule_inspection, "schedule_inspection"},
    Spelled{TicketAction::escalate_iot, "escalate_iot"},
    Spelled{TicketAction::escalate_development, "escalate_development"},
    Spelled{TicketAction::contact_customer, "contact_customer"},
    Spelled{TicketAction::resolve, "resolve"},
    Spelled{TicketAction::close, "close"},
});

static_assert(kStateCount == static_cast<std::size_t>(State::Deactivated) + 1);

}  // namespace

std::string_view to_string(State state) { return kStateNames.text(state); }
std::optional<State> parse_state(std::string_view text) { return kStateNames.parse(text); }

std::string_view to_string(ServiceStatus status) { return kServiceStatusNames.text(status); }
std::optional<ServiceStatus> parse_service_status(std::string_view text) {
  return kServiceStatusNames.parse(text);
}

std::string_view to_string(MoneyState state) { return kMoneyStateNames.text(state); }
std::optional<MoneyState> parse_money_state(std::string_view text) { return kMoneyStateNames.parse(text); }

std::string_view to_string(Action action) { return kActionNames.text(action); }
std::optional<Action> parse_action(std::string_view text) { return kActionNames.parse(text); }

std::string_view to_string(Origin origin) { return kOriginNames.text(origin); }
std::optional<Origin> parse_origin(std::string_view text) { return kOriginNames.parse(text); }

std::string_view to_string(FailureCategory category) { return kFailureCategoryNames.text(category); }
std::optional<FailureCategory> parse_failure_category(std::string_view text) {
  return kFailureCategoryNames.parse(text);
}

std::string_view to_string(CommandStatus status) { return kCommandStatusNames.text(status); }
std::optional<CommandStatus> parse_command_status(std::string_view text) {
  return kCommandStatusNames.parse(text);
}

std::string_view to_string(Provider provider) { return kProviderNames.text(provider); }
std::optional<Provider> parse_provider(std::string_view text) { return kProviderNames.parse(text); }

std::string_view to_string(PaidAs state) { return kPaidAsNames.text(state); }
std::optional<PaidAs> parse_paid_as(std::string_view text) { return kPaidAsNames.parse(text); }

std::string_view to_string(NoticeEvent event) { return kNoticeEventNames.text(event); }
std::optional<NoticeEvent> parse_notice_event(std::string_view text) { return kNoticeEventNames.parse(text); }

std::string_view to_string(Channel channel) { return kChannelNames.text(channel); }
std::optional<Channel> parse_channel(std::string_view text) { return kChannelNames.parse(text); }

std::string_view to_string(Priority priority) { return kPriorityNames.text(priority); }
std::optional<Priority> parse_priority(std::string_view text) { return kPriorityNames.parse(text); }

std::string_view to_string(TicketState state) { return kTicketStateNames.text(state); }
std::optional<TicketState> parse_ticket_state(std::string_view text) { return kTicketStateNames.parse(text); }

std::string_view to_string(TicketAction action) { return kTicketActionNames.text(action); }
std::optional<TicketAction> parse_ticket_action(std::string_view text) {
  return kTicketActionNames.parse(text);
}

}  // namespace contactor::ota
