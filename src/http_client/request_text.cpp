#include "http_client/request_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include <fmt/format.h>

namespace contactor::http_client {
namespace {

constexpr std::string_view origin = "http";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_any_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && same_name(text.substr(0, prefix.size()), prefix);
}

bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

bool is_token(std::string_view text) {
  const auto is_token_char = [](char c) {
    return is_visible(c) && !std::string_view("\"(),/:;<=>?@[\\]{}").contains(c);
  };
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}

/// Visible characters, spaces, tabs and bytes beyond ASCII.
bool is_field_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; });
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

bool set_by_client(std::string_view name) {
  constexpr std::array<std::string_view, 9> ours{
      "host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "keep-alive",
      "te",   "trailer"};
  return std::ranges::any_of(ours, [name](std::string_view other) { return same_name(name, other); });
}

bool has_user_agent(const ports::HttpRequest& request) {
  return std::ranges::any_of(request.headers,
                             [](const auto& header) { return same_name(header.name, "user-agent"); });
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::ranges::equal(a, b, {}, lower, lower);
}

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

Status check_headers(const ports::HttpRequest& request) {
  if (!is_token(request.method)) return fail(ErrorKind::invalid, origin, "the method is no HTTP token");
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) return fail(ErrorKind::invalid, origin, "a header's name is no HTTP token");
    if (!is_field_value(value))
      return fail(ErrorKind::invalid, origin,
                  fmt::format("the value of header {} holds a control character", name));
    if (set_by_client(name))
      return fail(ErrorKind::invalid, origin, fmt::format("header {} is set by the client itself", name));
  }
  return {};
}

bool announces_body(const ports::HttpRequest& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
         request.method == "PATCH";
}

void append_request(std::string& out, const ports::HttpRequest& request, const Url& url,
                    std::string_view user_agent) {
  out.append(request.method).append(" ");
  if (url.target.starts_with('?')) out.push_back('/');
  out.append(url.target).append(" HTTP/1.1\r\nHost: ").append(url.authority).append("\r\n");
  if (!has_user_agent(request)) out.append("User-Agent: ").append(user_agent).append("\r\n");
  for (const auto& [name, value] : request.headers)
    out.append(name).append(": ").append(value).append("\r\n");
  if (announces_body(request)) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), request.body.size()).ptr;
    out.append("Content-Length: ").append(digits.begin(), end).append("\r\n");
  }
  out.append("\r\n").append(request.body);
}

}  // namespace contactor::http_client
