#include "app/listen_address.h"

#include <algorithm>
#include <charconv>

namespace contactor::app {

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto wrong = [] {
    return fail(ErrorKind::invalid, "config", "--listen expects HOST:PORT, for example 127.0.0.1:8080");
  };
  if (colon == std::string_view::npos || colon == 0) return wrong();
  std::string_view host = text.substr(0, colon);
  const auto is_visible = [](char c) { return c > 0x20 && c < 0x7f; };
  if (!std::ranges::all_of(host, is_visible)) return wrong();
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return wrong();
  return ListenAddress{.host = host == "localhost" ? "127.0.0.1" : std::string(host), .port = port};
}

}  // namespace contactor::app
