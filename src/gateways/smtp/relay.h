#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace contactor::gateways::smtp {

enum class Encryption : std::uint8_t { none, when_offered, required };

/// The mail server that takes our messages.
struct Relay {
  std::string url;  ///< scheme, host and port only: it may be shown
  std::string user;
  Secret password;
  Encryption encryption = Encryption::when_offered;
};

/// Reads `smtp[s]://[user:password@]host[:port][?tls=required]`; user and password percent-encoded.
///
/// `smtps` and `?tls=required` demand TLS, and so does a password that would cross a network. A server on
/// this machine is spoken to in clear unless TLS is demanded, everything else uses STARTTLS where it is
/// offered.
/// @errors  invalid; the text itself is not repeated, it may hold a password.
[[nodiscard]] Result<Relay> parse_relay(std::string_view smtp_url);

}  // namespace contactor::gateways::smtp
