#include "api/activation_codec.h"

#include <fmt/format.h>

#include "json/json.h"

namespace contactor::api {
namespace {

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

template <class Id>
json::value id_or_null(Id id) {
  return id.empty() ? json::value(nullptr) : json::value(contactor::to_string(id));
}

json::object transition(const ota::HistoryEntry& entry, const json::value& from, ota::State to) {
  return {{"at", to_rfc3339(entry.at)},
          {"step", entry.seq},
          {"from", from},
          {"to", ota::to_string(to)},
          {"event", entry.event},
          {"service_status", ota::to_string(entry.service_status)},
          {"money_state", ota::to_string(entry.money_state)},
          {"attempts", entry.attempts},
          {"retries", entry.retries},
          {"actor", entry.actor},
          {"command_id", text_or_null(entry.command_id)},
          {"detail", entry.detail}};
}

std::string_view verb_of(ota::MoneyPurpose purpose) {
  switch (purpose) {
    case ota::MoneyPurpose::capture:
      return "capture";
    case ota::MoneyPurpose::release:
      return "release";
    case ota::MoneyPurpose::refund:
      return "refund";
  }
  return "capture";
}

}  // namespace

std::string_view to_string(ports::OutboxEntry::Kind kind) {
  switch (kind) {
    case ports::OutboxEntry::Kind::money:
      return "money";
    case ports::OutboxEntry::Kind::email:
      return "email";
    case ports::OutboxEntry::Kind::push:
      return "push";
    case ports::OutboxEntry::Kind::display:
      return "display";
  }
  return "money";
}

std::string_view to_string(ports::NoticeOutcome outcome) {
  switch (outcome) {
    case ports::NoticeOutcome::pending:
      return "pending";
    case ports::NoticeOutcome::sent:
      return "sent";
    case ports::NoticeOutcome::failed:
      return "failed";
    case ports::NoticeOutcome::unavailable:
      return "unavailable";
    case ports::NoticeOutcome::dropped:
      return "dropped";
  }
  return "pending";
}

json::value moment_value(Instant at) {
  if (at.is_never() || at == Instant()) return nullptr;
  return json::value(to_rfc3339(at));
}

json::value failure_value(const std::optional<ota::Failure>& failure) {
  if (!failure) return nullptr;
  return json::object{
      {"category", ota::to_string(failure->category)},
      {"code", failure->code},
      {"message", failure->message},
      {"http_status", failure->http_status == 0 ? json::value(nullptr) : json::value(failure->http_status)}};
}

json::object activation_object(const ota::Activation& activation) {
  const ota::Order& order = *activation.order;
  const std::string id = contactor::to_string(activation.id);
  const std::string self = "/v1/ota/activations/" + id;
  json::object out{{"id", id},
                   {"order_id", order.order_id.str()},
                   {"vin", order.vin.str()},
                   {"customer_id", order.customer.id.str()},
                   {"service_id", order.service_id.str()},
                   {"service_name", order.service_name},
                   {"action", ota::to_string(order.action)},
                   {"origin", ota::to_string(order.origin)},
                   {"state", ota::to_string(activation.state)},
                   {"service_status", ota::to_string(activation.service_status)},
                   {"money_state", ota::to_string(activation.money_state)},
                   {"attempts", activation.attempts},
                   {"retries", activation.retries},
                   {"next_action_at", moment_value(activation.next_action_at)},
                   {"waits_for", text_or_null(activation.waits_for)},
                   {"confirmed_at",
                    activation.confirmed_at ? moment_value(*activation.confirmed_at) : json::value(nullptr)},
                   {"ends_at", activation.ends_at ? moment_value(*activation.ends_at) : json::value(nullptr)},
                   {"ticket_id", id_or_null(activation.ticket_id)},
                   {"last_error", failure_value(activation.last_failure)},
                   {"parent", id_or_null(order.parent)},
                   {"created_at", to_rfc3339(activation.created_at)},
                   {"updated_at", to_rfc3339(activation.updated_at)}};
  out["reason"] = text_or_null(order.reason);
  out["duration"] = order.duration ? json::value(to_duration_text(*order.duration)) : json::value(nullptr);
  out["cancel_requested"] = activation.cancel_requested;
  out["payment"] = json::object{{"provider", ota::to_string(order.payment.provider)},
                                {"transaction_id", text_or_null(order.payment.transaction_id)},
                                {"amount", order.payment.amount.minor_units},
                                {"currency", order.payment.amount.currency.str()},
                                {"state", ota::to_string(order.payment.state)}};
  auto& links = out["links"].emplace_object();
  links["self"] = self;
  links["history"] = self + "/history";
  links["explain"] = "/v1/explain/" + id;
  if (!activation.ticket_id.empty())
    links["ticket"] = "/v1/support/tickets/" + contactor::to_string(activation.ticket_id);
  if (!order.parent.empty()) links["parent"] = "/v1/ota/activations/" + contactor::to_string(order.parent);
  return out;
}

std::string activation_json(const ota::Activation& activation) {
  return json::serialize(activation_object(activation));
}

json::array transitions_array(const std::vector<ota::HistoryEntry>& history) {
  json::array items;
  json::value from = nullptr;
  for (const auto& entry : history) {
    for (const ota::State to : entry.path) {
      json::object item = transition(entry, from, to);
      item["seq"] = items.size() + 1;
      if (entry.failure) item["error"] = failure_value(entry.failure);
      from = item["to"];
      items.push_back(std::move(item));
    }
  }
  return items;
}

json::array notices_array(const std::vector<ports::NoticeRecord>& notices) {
  json::array items;
  for (const auto& notice : notices)
    items.push_back(json::object{{"event", ota::to_string(notice.event)},
                                 {"channel", ota::to_string(notice.channel)},
                                 {"outcome", to_string(notice.outcome)},
                                 {"at", moment_value(notice.at)},
                                 {"detail", notice.detail}});
  return items;
}

json::array pending_array(const std::vector<ports::OutboxEntry>& pending) {
  json::array items;
  for (const auto& entry : pending) {
    json::object item{{"kind", to_string(entry.kind)},
                      {"key", entry.key},
                      {"tries", entry.tries},
                      {"next_try_at", moment_value(entry.next_try_at)},
                      {"outcome_unknown", entry.unknown},
                      {"created_at", moment_value(entry.created_at)}};
    if (entry.kind == ports::OutboxEntry::Kind::money)
      item["purpose"] = verb_of(entry.purpose);
    else
      item["event"] = ota::to_string(entry.event);
    items.push_back(std::move(item));
  }
  return items;
}

json::object story_object(const Story& story) {
  json::object out;
  out["activation"] = activation_object(story.activation);
  out["items"] = transitions_array(story.history);
  out["notices"] = notices_array(story.notices);
  out["pending"] = pending_array(story.pending);
  out["next_cursor"] = nullptr;
  return out;
}

std::string money_words(const ota::Activation& activation) {
  const std::string sum = to_display(activation.order->payment.amount);
  switch (activation.money_state) {
    case ota::MoneyState::none:
      return "Nothing is to pay.";
    case ota::MoneyState::held:
      return fmt::format("{} are held by the customer's bank and have not been charged.", sum);
    case ota::MoneyState::prepaid:
      return fmt::format(
          "{} were taken by the shop before delivery; they go back if the service is not delivered.", sum);
    case ota::MoneyState::capturing:
      return fmt::format("The service was delivered; {} are being charged.", sum);
    case ota::MoneyState::captured:
      return fmt::format("The service was delivered and {} were charged.", sum);
    case ota::MoneyState::releasing:
      return fmt::format("Nothing was charged; the hold of {} is being released.", sum);
    case ota::MoneyState::released:
      return fmt::format("Nothing was charged; the hold of {} was released.", sum);
    case ota::MoneyState::refunding:
      return fmt::format("{} are being refunded; it is tried until the provider confirms it.", sum);
    case ota::MoneyState::refunded:
      return fmt::format("{} were refunded.", sum);
    case ota::MoneyState::written_off:
      return fmt::format("The service was delivered, but {} could not be charged; finance was told.", sum);
  }
  return {};
}

std::string mask_vin(std::string text, const Vin& vin) {
  const std::string masked = vin.masked();
  for (std::size_t at = text.find(vin.str()); at != std::string::npos;
       at = text.find(vin.str(), at + masked.size()))
    text.replace(at, masked.size(), masked);
  return text;
}

}  // namespace contactor::api
