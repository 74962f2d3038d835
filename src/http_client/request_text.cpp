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
