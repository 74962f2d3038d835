#include "ports/url.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace contactor::ports {
namespace {

constexpr std::string_view origin = "http";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

bool starts_with_any_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::ranges::equal(text.substr(0, prefix.size()), prefix, {}, lower, lower);
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port != 0;
}

bool is_host(std::string_view host) {
  const auto is_host_char = [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           std::string_view(".-_:%").contains(c);
  };
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, is_host_char);
}

/// Splits `host:port` and `[address]:port`.
bool read_authority(std::string_view authority, Url& url) {
  auto rest = authority;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return false;
    url.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (!rest.empty() && !rest.starts_with(':')) return false;
  } else {
    url.host = rest.substr(0, rest.find(':'));
    rest.remove_prefix(url.host.size());
  }
  url.authority = authority;
  url.port = rest.empty() ? (url.tls ? "443" : "80") : rest.substr(1);
  return is_host(url.host) && is_port(url.port);
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  Url url;
  url.tls = starts_with_any_case(text, "https://");
  if (!url.tls && !starts_with_any_case(text, "http://"))
    return fail(ErrorKind::invalid, origin, "the URL is not an absolute http or https URL");
  if (!std::ranges::all_of(text, is_visible))
    return fail(ErrorKind::invalid, origin, "the URL holds a space, a control or a non-ASCII character");
  auto rest = text.substr(url.tls ? 8 : 7);
  rest = rest.substr(0, rest.find('#'));
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  if (!read_authority(authority, url))
    return fail(ErrorKind::invalid, origin, "the URL's host or port is wrong");
  url.target = rest.substr(authority.size());
  if (url.target.empty()) url.target = "/";
  return url;
}

}  // namespace contactor::ports
