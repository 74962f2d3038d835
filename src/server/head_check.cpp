#include "server/head_check.h"

#include <algorithm>
#include <charconv>

namespace contactor::server {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::ranges::equal(a, b, {}, lower, lower);
}

bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

bool is_token(std::string_view text) {
  const auto is_token_char = [](char c) {
    return is_visible(c) && !std::string_view("\"(),/:;<=>?@[\\]{}").contains(c);
  };
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}

bool is_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; });
}

bool is_target(std::string_view text) {
  const auto is_allowed = [](char c) { return is_visible(c) && c != '#'; };
  return std::ranges::all_of(text, is_allowed) &&
         (text.starts_with('/') || text.starts_with("http://") || text.starts_with("https://"));
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::uint64_t> read_length(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

void HeadCheck::reset() { *this = HeadCheck(limits_); }

HeadCheck::Outcome HeadCheck::refuse(int status, std::string_view type, std::string_view detail) {
  refusal_ = {status, type, detail};
  return Outcome::refused;
}

HeadCheck::Outcome HeadCheck::malformed(std::string_view detail) {
  return refuse(400, "malformed-request", detail);
}

HeadCheck::Outcome HeadCheck::check(std::string_view bytes) {
  // Line ends are looked at as they come, so that a bare line feed is refused without waiting for more.
  for (; seen_ < bytes.size(); ++seen_) {
    if (seen_ >= limits_.head_bytes)
      return refuse(431, "headers-too-large", "the request's head exceeds the limit");
    const char c = bytes[seen_];
    if (c != '\n') {
      if (seen_ > 0 && bytes[seen_ - 1] == '\r') return malformed("a carriage return stands alone");
      continue;
    }
    if (seen_ == 0 || bytes[seen_ - 1] != '\r') return malformed("a line feed stands alone");
    if (seen_ >= 3 && bytes.substr(seen_ - 3, 4) == "\r\n\r\n") return read_head(bytes.substr(0, seen_ + 1));
  }
  if (const auto line = bytes.find("\r\n");
      line == std::string_view::npos && bytes.size() > limits_.target_bytes + 64)
    return refuse(414, "uri-too-long", "the request's target exceeds the limit");
  return Outcome::incomplete;
}

HeadCheck::Outcome HeadCheck::read_head(std::string_view head) {
  head_.size = head.size();
  auto rest = head.substr(0, head.size() - 2);
  const auto next_line = [&rest] {
    const auto line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    return line;
  };
  if (!read_request_line(next_line())) return malformed("the request line is malformed");
  if (head_.target.size() > limits_.target_bytes)
    return refuse(414, "uri-too-long", "the request's target exceeds the limit");
  for (std::size_t count = 0; !rest.empty(); ++count) {
    if (count == limits_.headers) return refuse(431, "headers-too-large", "the request has too many headers");
    if (!read_field(next_line())) return malformed("a header is malformed or contradicts another one");
  }
  if (hosts_ > 1 || (hosts_ == 0 && !head_.is_http_1_0))
    return malformed("exactly one Host header is needed");
  if (head_.is_chunked && (head_.content_length || head_.is_http_1_0))
    return malformed("the length of the body is given twice");
  return Outcome::complete;
}

bool HeadCheck::read_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return false;
  head_.method = line.substr(0, first);
  head_.target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  head_.is_http_1_0 = version == "HTTP/1.0";
  return is_token(head_.method) && head_.method.size() <= 32 && is_target(head_.target) &&
         (head_.is_http_1_0 || version == "HTTP/1.1");
}

bool HeadCheck::read_field(std::string_view line) {
  // A name that is a token ends at the colon and does not begin with a space: neither folding nor padding
  // passes.
  const auto name = line.substr(0, line.find(':'));
  if (name.size() == line.size() || !is_token(name)) return false;
  const auto value = trimmed(line.substr(name.size() + 1));
  return is_value(value) && read_framing_field(name, value);
}

bool HeadCheck::read_framing_field(std::string_view name, std::string_view value) {
  if (same(name, "host")) {
    ++hosts_;
    return !value.contains(',') && !value.contains(' ');
  }
  if (same(name, "content-length")) {
    if (head_.content_length) return false;
    head_.content_length = read_length(value);
    return head_.content_length.has_value();
  }
  if (same(name, "transfer-encoding")) {
    if (head_.is_chunked) return false;
    head_.is_chunked = same(value, "chunked");
    return head_.is_chunked;
  }
  if (same(name, "expect")) {
    head_.expects_continue = same(value, "100-continue");
    return head_.expects_continue;
  }
  return true;
}

}  // namespace contactor::server
