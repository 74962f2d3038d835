#include "checkers/notices.h"

#include <algorithm>

#include <fmt/format.h>

#include "ota/notices.h"

namespace contactor::sim {
namespace {

struct NoticeKey {
  ActivationId activation;
  std::optional<ota::NoticeEvent> event;
};

/// `act_<id>-<event>-<channel>`
NoticeKey parse_key(std::string_view key) {
  const std::size_t dash = key.find('-');
  const std::size_t last = key.rfind('-');
  if (dash == std::string_view::npos || last <= dash) return {};
  return {.activation = parse_id<ActivationTag>(key.substr(0, dash)),
          .event = ota::parse_notice_event(key.substr(dash + 1, last - dash - 1))};
}

bool is_progress(const NoticeKey& key) { return key.event == ota::NoticeEvent::ActivationStarted; }

}  // namespace

void NoticeChecker::sent(std::string_view key) {
  const NoticeKey parts = parse_key(key);
  const auto* row = evidence_.row(parts.activation);
  if (!parts.event || row == nullptr || !evidence_.outbox_keys.contains(std::string(key)))
    return evidence_.violated("N1", parts.activation,
                              fmt::format("{} was told, and never committed to be told", key));
  const Seen& seen = evidence_.seen[parts.activation];
  if (is_progress(parts) && ota::is_final(row->state))
    evidence_.violated("N3", row->id, "progress was told after the end");
  if (parts.event == ota::NoticeEvent::ActivationSuccessful && !seen.confirmed)
    evidence_.violated("N4", row->id, "success was told before a confirmation was committed");
  if (parts.event == ota::NoticeEvent::ActivationFailed && row->state != ota::State::Failed)
    evidence_.violated("N4", row->id,
                       fmt::format("failure was told, the activation is {}", ota::to_string(row->state)));
}

void NoticeChecker::look() {
  const auto& logs = evidence_.universe.world.logs();
  for (; mails_seen_ < logs.mails.size(); ++mails_seen_) mail(logs.mails[mails_seen_]);
  for (; pushes_seen_ < logs.pushes.size(); ++pushes_seen_) {
    const std::string& key = logs.pushes[pushes_seen_].collapse_key;
    if (++received_[key] > 1 && is_progress(parse_key(key)))
      evidence_.violated("N3", parse_key(key).activation, "progress was told twice");
  }
}

void NoticeChecker::mail(const world::MailReceived& mail) {
  const std::string key = mail.message_id.substr(0, mail.message_id.find('@'));
  const NoticeKey parts = parse_key(key);
  const auto* row = evidence_.row(parts.activation);
  const int times = ++received_[key];
  if (row == nullptr) return;
  if (is_progress(parts) && times > 1) evidence_.violated("N3", row->id, "progress was told twice");
  const bool says_free = (mail.subject + mail.body).find("NOT been charged") != std::string::npos;
  const bool says_back = (mail.subject + mail.body).find("has been refunded") != std::string::npos;
  if ((says_free || says_back) && is_paid_or_held(*row))
    evidence_.violated("N4", row->id,
                       fmt::format("the mail says '{}', the provider's books do not",
                                   says_free ? "not charged" : "refunded"));
}

bool NoticeChecker::is_paid_or_held(const ota::Activation& row) const {
  if (row.order->payment.provider != ota::Provider::stripe) return false;
  const auto& books = evidence_.universe.world.books();
  const auto index = books.find(row.order->payment.transaction_id);
  if (!index) return false;
  const world::Payment& payment = books.payment(*index);
  return payment.captured != payment.refunded || payment.state == world::PaymentState::requires_capture;
}

void NoticeChecker::confirmation_acknowledged(std::string_view command_id) {
  const auto ref = ota::parse_command_id(command_id);
  const auto* row = ref ? evidence_.row(ref->activation) : nullptr;
  if (row == nullptr || row->order->action != ota::Action::activate) return;
  if (row->state == ota::State::Failed || row->state == ota::State::Canceled)
    late_confirmations_.insert(row->id);
}

void NoticeChecker::at_end() {
  for (const ActivationId id : late_confirmations_) {
    const auto* row = evidence_.row(id);
    if (row != nullptr && !row->compensated &&
        evidence_.universe.world.feature_active(row->order->vin, row->order->service_id.str())) {
      // A newer order may hold the feature on for good reason.
      const bool held = std::ranges::any_of(evidence_.seen, [&](const auto& item) {
        const auto* other = evidence_.row(item.first);
        return other != nullptr && other->id > id && other->order->vin == row->order->vin &&
               other->order->service_id == row->order->service_id && other->state == ota::State::Active;
      });
      if (!held)
        evidence_.violated("S12", id, "confirmed after its end, acknowledged, and not switched off again");
    }
  }
  for (const auto& [id, seen] : evidence_.seen) {
    const auto* row = evidence_.row(id);
    if (row == nullptr || row->order->action != ota::Action::activate || row->order->customer.email.empty())
      continue;
    const bool ended = row->state == ota::State::Active || row->state == ota::State::Failed;
    if (!ended) continue;
    const auto event = row->state == ota::State::Active ? ota::NoticeEvent::ActivationSuccessful
                                                        : ota::NoticeEvent::ActivationFailed;
    const std::string key = fmt::format("{}-{}-email", to_string(id), ota::to_string(event));
    if (received_.contains(key)) continue;
    const auto& notices = evidence_.universe.disk.notices;
    const auto notice = notices.find({id, event, ota::Channel::email});
    const bool refused = notice != notices.end() && notice->second.outcome == ports::NoticeOutcome::failed;
    if (!refused)
      evidence_.violated("N1", id, fmt::format("the customer was never told: {}", ota::to_string(event)));
  }
}

}  // namespace contactor::sim
