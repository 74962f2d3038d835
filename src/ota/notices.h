#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ota/activation.h"

namespace contactor::ota {

/// The rows of the brief's notification table, and the two follow-ups that honest words need.
enum class NoticeEvent : std::uint8_t {
  PaymentConfirmed,
  ActivationStarted,
  ActivationSuccessful,
  ActivationFailed,
  MoneyReturned,  ///< follows ActivationFailed where the money was still on its way then
  WorkshopVisit,  ///< a technician scheduled an inspection
  Alternative,    ///< a technician found a defect of ours and offers something else
};

enum class Channel : std::uint8_t { email, push, display };

/// Is this channel used for this event? The brief's table, RULINGS T14 to T17.
[[nodiscard]] bool is_sent(NoticeEvent event, Channel channel);
/// Final outcomes are delivered at least once, progress at most once.
[[nodiscard]] bool repeats_after_unknown(NoticeEvent event, Channel channel);

/// The facts that words are made from. A text can only claim what they say.
struct NoticeFacts {
  const Activation* activation = nullptr;
  Instant now;
  std::string console_url;  ///< base of the link to the purchase record
  std::string support_contact;
  std::string ticket_reference;  ///< empty where there is none
  std::string detail;            ///< free words of a technician
};

struct Notice {
  std::string email_subject;
  std::string email_text;
  std::string email_html;
  std::string push_title;
  std::string push_body;
  std::string display;  ///< at most 64 characters
};

/// Composes every channel's content for an event. Channels that the event does not use stay empty.
[[nodiscard]] Notice compose(NoticeEvent event, const NoticeFacts& facts);

[[nodiscard]] std::string_view to_string(NoticeEvent event);
[[nodiscard]] std::optional<NoticeEvent> parse_notice_event(std::string_view text);
[[nodiscard]] std::string_view to_string(Channel channel);
[[nodiscard]] std::optional<Channel> parse_channel(std::string_view text);

}  // namespace contactor::ota
