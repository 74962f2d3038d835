#include "gateways/smtp/relay.h"

#include <algorithm>
#include <charconv>

#include "crypto/encoding.h"

namespace contactor::gateways::smtp {
namespace {

std::unexpected<Error> refuse(std::string_view why) {
  return fail(ErrorKind::invalid, "smtp", fmt::format("SMTP_URL: {}", why));
}

Result<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto byte = crypto::from_hex(text.substr(i + 1, std::min<std::size_t>(2, text.size() - i - 1)));
    if (!byte || byte->size() != 1) return refuse("a % without two hexadecimal digits");
    decoded += *byte;
    i += 2;
  }
  if (std::ranges::any_of(decoded, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }))
    return refuse("a control character in user or password");
  return decoded;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

/// `host`, `host:port` or `[v6]:port`, split in two; the port is empty where it is not given.
Result<std::pair<std::string_view, std::string_view>> split_address(std::string_view address) {
  const std::size_t bracket = address.starts_with('[') ? address.find(']') : 0;
  if (bracket == std::string_view::npos) return refuse("a [ without ]");
  const std::size_t colon = address.find(':', bracket);
  const std::string_view host = address.substr(0, colon);
  const std::string_view port = colon == std::string_view::npos ? "" : address.substr(colon + 1);
  if (colon != std::string_view::npos && !is_port(port)) return refuse("the port is not 1 to 65535");
  if (bracket > 0 && bracket + 1 != host.size()) return refuse("something stands behind the ]");
  const std::string_view name = bracket > 0 ? host.substr(1, bracket - 1) : host;
  const auto good = [bracket](char c) { return is_host_character(c) || (bracket > 0 && c == ':'); };
  if (name.empty() || !std::ranges::all_of(name, good))
    return refuse("the host is missing or not a name or address");
  return std::pair(host, port);
}

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

}  // namespace

Result<Relay> parse_relay(std::string_view smtp_url) {
  const bool implicit_tls = smtp_url.starts_with("smtps://");
  if (!implicit_tls && !smtp_url.starts_with("smtp://")) return refuse("it begins with smtp:// or smtps://");
  std::string_view rest = smtp_url.substr(implicit_tls ? 8 : 7);
  const std::size_t question = rest.find('?');
  const std::string_view query = question == std::string_view::npos ? "" : rest.substr(question + 1);
  if (!query.empty() && query != "tls=required") return refuse("the only option is ?tls=required");
  rest = rest.substr(0, question);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t at = rest.rfind('@');
  const std::string_view login = at == std::string_view::npos ? "" : rest.substr(0, at);
  CTR_TRY(address, split_address(at == std::string_view::npos ? rest : rest.substr(at + 1)));
  const std::size_t colon = std::min(login.find(':'), login.size());
  CTR_TRY(user, percent_decoded(login.substr(0, colon)));
  CTR_TRY(password, percent_decoded(login.substr(std::min(colon + 1, login.size()))));

  const std::string_view port = !address.second.empty() ? address.second : implicit_tls ? "465" : "587";
  Relay relay{.url = fmt::format("{}://{}:{}", implicit_tls ? "smtps" : "smtp", address.first, port),
              .user = std::move(user),
              .password = Secret(std::move(password))};
  const bool local = is_this_machine(address.first);
  if (implicit_tls || query == "tls=required" || (!relay.user.empty() && !local))
    relay.encryption = Encryption::required;
  else if (local)
    relay.encryption = Encryption::none;
  return relay;
}

}  // namespace contactor::gateways::smtp
