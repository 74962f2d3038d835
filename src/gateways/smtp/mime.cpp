#include "gateways/smtp/mime.h"

#include <algorithm>

#include <fmt/format.h>

#include "crypto/crypto.h"
#include "crypto/encoding.h"

namespace contactor::gateways::smtp {
namespace {

// 52 characters of base64: with its frame and the header's name below the limit of 76 a line.
constexpr std::size_t kEncodedWordBytes = 39;
constexpr std::size_t kPlainMax = 60;
// Names of 200 characters, as orders may hold them, need up to 800 bytes.
constexpr std::size_t kHeaderTextMax = 1000;

std::unexpected<Error> refuse(std::string_view why) {
  return fail(ErrorKind::invalid, "smtp", std::string(why));
}

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

/// Short printable ASCII that nobody takes for an encoded word.
bool is_plain(std::string_view text) {
  return text.size() <= kPlainMax && text.find("=?") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return c == ' ' || is_visible(c); });
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// RFC 2047 words, folded, none of which cuts a character in two.
std::string encoded_words(std::string_view text) {
  std::string words;
  while (!text.empty()) {
    std::size_t size = std::min(kEncodedWordBytes, text.size());
    while (size < text.size() && size > kEncodedWordBytes - 4 && is_continuation(text[size])) --size;
    if (!words.empty()) words += "\r\n ";
    words += "=?UTF-8?B?" + crypto::to_base64(text.substr(0, size)) + "?=";
    text.remove_prefix(size);
  }
  return words;
}

std::string unstructured(std::string_view text) {
  return is_plain(text) ? std::string(text) : encoded_words(text);
}

std::string phrase(std::string_view name) {
  if (!is_plain(name)) return encoded_words(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string mailbox(const Mailbox& box) {
  return box.name.empty() ? box.address : fmt::format("{}\r\n <{}>", phrase(box.name), box.address);
}

/// `Sat, 21 Nov 2026 07:04:33 +0000`
std::string mail_date(Instant at) {
  constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto point =
      std::chrono::floor<std::chrono::seconds>(std::chrono::sys_time<Millis>(Millis(at.millis())));
  const auto day = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(point - day);
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000",
      kDays.substr(std::chrono::weekday(day).c_encoding() * 3, 3), static_cast<unsigned>(date.day()),
      kMonths.substr((static_cast<unsigned>(date.month()) - 1) * 3, 3), static_cast<int>(date.year()),
      time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string message_id(std::string_view id, const Mailbox& from) {
  if (id.find('@') != std::string_view::npos) return fmt::format("<{}>", id);
  return fmt::format("<{}@{}>", id, std::string_view(from.address).substr(from.address.rfind('@') + 1));
}

/// Text in MIME has CRLF line ends, also inside base64.
std::string with_crlf(std::string_view text) {
  std::string lines;
  for (const char c : text) {
    if (c == '\n' && !lines.ends_with('\r')) lines += '\r';
    lines += c;
  }
  return lines;
}

std::string base64_lines(std::string_view text) {
  const std::string encoded = crypto::to_base64(with_crlf(text));
  std::string lines;
  for (std::size_t at = 0; at < encoded.size(); at += 76) lines += encoded.substr(at, 76) + "\r\n";
  return lines;
}

std::string part(std::string_view subtype, std::string_view text) {
  return fmt::format("Content-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
                     subtype, base64_lines(text));
}

/// Base64 never holds an underscore, so no line of a part can be taken for the boundary.
std::string boundary_of(const ports::MailMessage& message) {
  return "=_" + crypto::to_hex(crypto::bytes_of(crypto::sha256(message.message_id)).substr(0, 12));
}

std::string content(const ports::MailMessage& message) {
  if (message.html.empty()) return part("plain", message.text);
  const std::string boundary = boundary_of(message);
  return fmt::format(
      "Content-Type: multipart/alternative;\r\n boundary=\"{0}\"\r\n\r\n--{0}\r\n{1}--{0}\r\n{2}--{0}--\r\n",
      boundary, part("plain", message.text), part("html", message.html));
}

Status check(const ports::MailMessage& message, const Mailbox& from) {
  if (!is_mail_address(message.to)) return refuse("the recipient is not a mail address");
  if (!is_mail_address(from.address)) return refuse("the sender is not a mail address");
  if (has_control(message.subject) || has_control(message.to_name) || has_control(from.name))
    return refuse("a control character in a subject or a name");
  if (message.subject.size() > kHeaderTextMax || message.to_name.size() > kHeaderTextMax)
    return refuse("a subject or a name of more than 1000 bytes");
  const std::string& id = message.message_id;
  if (id.empty() || id.size() > 200 || id.find_first_of("<>") != std::string::npos ||
      !std::ranges::all_of(id, is_visible))
    return refuse("the message id is empty, too long or not visible ASCII");
  return {};
}

}  // namespace

bool is_mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (text.size() > 254 || at == std::string_view::npos || at == 0 || at > 64 || at + 1 >= text.size())
    return false;
  if (text.find('@', at + 1) != std::string_view::npos || text.front() == '-' || text[at + 1] == '.')
    return false;
  return std::ranges::all_of(text, is_visible) &&
         text.find_first_of("<>()[]\\,;:\"") == std::string_view::npos;
}

Result<Mailbox> parse_mailbox(std::string_view text) {
  const std::size_t open = text.find('<');
  Mailbox box{.address = std::string(text), .name = {}};
  if (open != std::string_view::npos && text.ends_with('>')) {
    box.address = text.substr(open + 1, text.size() - open - 2);
    std::string_view name = text.substr(0, open);
    while (!name.empty() && (name.back() == ' ' || name.back() == '"')) name.remove_suffix(1);
    while (!name.empty() && (name.front() == ' ' || name.front() == '"')) name.remove_prefix(1);
    box.name = name;
  }
  if (!is_mail_address(box.address) || has_control(box.name) || box.name.size() > kHeaderTextMax)
    return refuse("MAIL_FROM is not `address` or `Name <address>`");
  return box;
}

Result<std::string> render_mail(const ports::MailMessage& message, const Mailbox& from, Instant date) {
  CTR_CHECK(check(message, from));
  std::string mail;
  mail += "Date: " + mail_date(date) + "\r\n";
  mail += "From: " + mailbox(from) + "\r\n";
  mail += "To: " + mailbox({.address = message.to, .name = message.to_name}) + "\r\n";
  mail += "Subject: " + unstructured(message.subject) + "\r\n";
  mail += "Message-ID: " + message_id(message.message_id, from) + "\r\n";
  // Keeps out-of-office robots from answering us.
  mail += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
  return mail += content(message);
}

}  // namespace contactor::gateways::smtp
