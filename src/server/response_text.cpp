#include "server/response_text.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <boost/beast/http/status.hpp>

#include <fmt/format.h>

namespace contactor::server {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view reason(int status) {
  const auto known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
  const auto text = boost::beast::http::obsolete_reason(known);
  return {text.data(), text.size()};
}

/// The text of the `Date` header; made once a second.
std::string_view date(std::time_t now) {
  static thread_local std::time_t made_at = 0;
  static thread_local std::array<char, 32> text{};
  static thread_local std::size_t size = 0;
  if (now != made_at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made_at = now;
  }
  return {text.data(), size};
}

bool may_be_sent(const ports::HttpHeader& header) {
  constexpr std::array<std::string_view, 5> ours{"content-length", "transfer-encoding", "connection", "date",
                                                 "server"};
  const auto breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  return !header.name.empty() && std::ranges::none_of(header.name, breaks) &&
         std::ranges::none_of(header.value, breaks) &&
         std::ranges::none_of(ours, [&](std::string_view name) { return same(name, header.name); });
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

void append_response(std::string& out, const api::Response& response, const ResponseForm& form) {
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\nDate: {}\r\nServer: contactor\r\n",
                 response.status, reason(response.status), date(form.now));
  for (const auto& header : response.headers)
    if (may_be_sent(header)) out.append(header.name).append(": ").append(header.value).append("\r\n");
  if (form.close) out.append("Connection: close\r\n");
  if (form.body != BodyForm::whole) {
    out.append(form.body == BodyForm::chunks ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n");
    return;
  }
  const bool with_body = has_body(response.status);
  if (with_body) fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", response.body.size());
  out.append("\r\n");
  if (with_body && !form.is_head) out.append(response.body);
}

void append_chunk(std::string& out, std::string_view data) {
  fmt::format_to(std::back_inserter(out), "{:x}\r\n", data.size());
  out.append(data).append("\r\n");
}

api::Response problem(const Refusal& refusal) {
  // All parts are our own constants: nothing needs escaping.
  return {
      .status = refusal.status,
      .headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}},
      .body = fmt::format(R"({{"type":"urn:contactor:problem:{}","title":"{}","status":{},"detail":"{}"}})",
                          refusal.type, reason(refusal.status), refusal.status, refusal.detail)};
}

}  // namespace contactor::server
