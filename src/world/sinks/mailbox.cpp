#include "world/sinks/mailbox.h"

#include <algorithm>

#include "crypto/encoding.h"

namespace contactor::world {
namespace {

constexpr std::size_t mail_bytes_max = 10 << 20;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string unfolded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') continue;
    const bool folds = text[i] == '\n' && i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\t');
    if (!folds) out += text[i];
  }
  return out;
}

std::string header_value(std::string_view headers, std::string_view name) {
  while (!headers.empty()) {
    const auto end = headers.find('\n');
    const std::string_view line = headers.substr(0, end);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos &&
        std::ranges::equal(line.substr(0, colon), name, {}, lower, lower)) {
      const auto first = line.find_first_not_of(" \t", colon + 1);
      return first == std::string_view::npos ? std::string() : std::string(line.substr(first));
    }
    headers = end == std::string_view::npos ? std::string_view() : headers.substr(end + 1);
  }
  return {};
}

/// RFC 2047 `=?utf-8?B?…?=` words; anything else stays as it is.
std::string decoded_words(std::string_view text) {
  std::string out;
  while (true) {
    const auto start = text.find("=?");
    const auto coding = start == std::string_view::npos ? start : text.find("?B?", start + 2);
    const auto end = coding == std::string_view::npos ? coding : text.find("?=", coding + 3);
    if (end == std::string_view::npos) return out.append(text);
    // Blanks between two encoded words belong to the folding, not to the text.
    const std::string_view before = text.substr(0, start);
    if (out.empty() || before.find_first_not_of(" \t") != std::string_view::npos) out.append(before);
    const auto word = crypto::from_base64(text.substr(coding + 3, end - coding - 3));
    out.append(word ? std::string_view(*word) : text.substr(start, end + 2 - start));
    text.remove_prefix(end + 2);
  }
}

}  // namespace

MailReply Mailbox::deliver(std::string_view from, std::string_view to, std::string_view raw, Instant now) {
  Faults& faults = context_.faults;
  if (raw.size() > mail_bytes_max) return {552, "5.3.4 message too large"};
  if (faults.strikes(FaultKind::mail_greylisted)) return {451, "4.7.1 greylisted, try again later"};
  if (faults.strikes(FaultKind::mail_refused)) return {550, "5.1.1 no such mailbox"};
  const auto crlf = raw.find("\r\n\r\n");
  const auto lf = raw.find("\n\n");
  const std::size_t border = std::min(crlf, lf);
  const std::string headers = unfolded(raw.substr(0, border));
  const std::size_t body_at =
      border == std::string_view::npos ? raw.size() : border + (border == crlf ? 4 : 2);
  context_.logs.mails.push_back({.from = std::string(from),
                                 .to = std::string(to),
                                 .subject = decoded_words(header_value(headers, "subject")),
                                 .message_id = header_value(headers, "message-id"),
                                 .body = std::string(raw.substr(body_at)),
                                 .at = now});
  if (faults.strikes(FaultKind::mail_dropped_after_data)) return {0, ""};
  return {250, "2.0.0 queued"};
}

}  // namespace contactor::world
