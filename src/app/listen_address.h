#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace contactor::app {

struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
};
/// Reads HOST:PORT, with `[::1]:8080` for IPv6. `localhost` is taken as 127.0.0.1.
[[nodiscard]] Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace contactor::app
