#pragma once

#include <string>
#include <string_view>

#include "ports/messages.h"

namespace contactor::gateways::smtp {

struct Mailbox {
  std::string address;
  std::string name;
};

/// Reads `MAIL_FROM`: `address` or `Name <address>`. @errors invalid.
[[nodiscard]] Result<Mailbox> parse_mailbox(std::string_view text);

/// One `local@domain` of visible ASCII, at most 254 characters, with nothing in it that a header or SMTP
/// could misread.
[[nodiscard]] bool is_mail_address(std::string_view text);

/// A message ready to be sent: CRLF line ends, lines of at most 78 characters, text and HTML as alternatives
/// in base64, subject and names in RFC 2047 where they are not plain. The same message gives the same bytes.
/// @errors  invalid: no valid address, or a control character in a subject, a name or the message id.
[[nodiscard]] Result<std::string> render_mail(const ports::MailMessage& message, const Mailbox& from,
                                              Instant date);

}  // namespace contactor::gateways::smtp
