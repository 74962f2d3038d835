#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "world/context.h"

namespace contactor::world {

/// A mail server's answer after the end of data. Code 0: the connection broke and nobody knows.
using MailReply = std::pair<int, std::string>;

/// A mail server that keeps what it takes.
class Mailbox {
 public:
  explicit Mailbox(Context& context) : context_(context) {}
  /// @param raw  headers and body as sent; CRLF or LF.
  [[nodiscard]] MailReply deliver(std::string_view from, std::string_view to, std::string_view raw,
                                  Instant now);

 private:
  Context& context_;
};

}  // namespace contactor::world
