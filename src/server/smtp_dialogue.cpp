#include "server/smtp_dialogue.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace contactor::server {
namespace {

// RFC 5321 asks for 512 and 1000; some senders fold late.
constexpr std::size_t line_max = 8 * 1024;

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && std::ranges::equal(text.substr(0, prefix.size()), prefix, {}, upper);
}

/// The address between angle brackets; parameters after it (SIZE, BODY) are read over.
std::optional<std::string> read_path(std::string_view argument) {
  const auto first = argument.find_first_not_of(' ');
  if (first == std::string_view::npos || argument[first] != '<') return std::nullopt;
  const auto end = argument.find('>', first);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(argument.substr(first + 1, end - first - 1));
}

void reply(std::string& out, int code, std::string_view text) {
  fmt::format_to(std::back_inserter(out), "{} {}\r\n", code, text);
}

}  // namespace

void SmtpDialogue::take(std::string_view bytes, std::string& out) {
  while (!bytes.empty() && !over_) {
    const auto end = bytes.find('\n');
    line_.append(bytes.substr(0, end));
    if (line_.size() > line_max) {
      over_ = true;
      return reply(out, 500, "line too long");
    }
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    if (!line_.ends_with('\r')) {
      // A bare line feed is how a second mail is smuggled into the first.
      over_ = true;
      return reply(out, 500, "lines end in CR LF");
    }
    line_.pop_back();
    const auto line = std::exchange(line_, {});
    take_line(line, out);
  }
}

void SmtpDialogue::take_line(std::string_view line, std::string& out) {
  if (in_data_) return take_data_line(line, out);
  take_command(line, out);
}

void SmtpDialogue::take_data_line(std::string_view line, std::string& out) {
  if (line == ".") return end_data(out);
  if (line.starts_with('.')) line.remove_prefix(1);
  if (mail_.data.size() + line.size() + 2 > options_.message_bytes_max) too_large_ = true;
  if (!too_large_) mail_.data.append(line).append("\r\n");
}

void SmtpDialogue::take_command(std::string_view line, std::string& out) {
  if (starts_with(line, "EHLO ")) {
    reset();
    greeted_ = true;
    fmt::format_to(std::back_inserter(out), "250-contactor\r\n250-8BITMIME\r\n250 SIZE {}\r\n",
                   options_.message_bytes_max);
  } else if (starts_with(line, "HELO ")) {
    reset();
    greeted_ = true;
    reply(out, 250, "contactor");
  } else if (starts_with(line, "MAIL FROM:")) {
    take_sender(line.substr(10), out);
  } else if (starts_with(line, "RCPT TO:")) {
    take_recipient(line.substr(8), out);
  } else if (starts_with(line, "DATA") && line.size() == 4) {
    begin_data(out);
  } else if (starts_with(line, "RSET")) {
    reset();
    reply(out, 250, "OK");
  } else if (starts_with(line, "NOOP")) {
    reply(out, 250, "OK");
  } else if (starts_with(line, "QUIT")) {
    over_ = true;
    reply(out, 221, "bye");
  } else {
    reply(out, 502, "command not known");
  }
}

void SmtpDialogue::take_sender(std::string_view argument, std::string& out) {
  auto path = read_path(argument);
  if (!path) return reply(out, 501, "an address in angle brackets is needed");
  if (!greeted_ || has_sender_) return reply(out, 503, "not now");
  mail_.from = std::move(*path);
  has_sender_ = true;
  reply(out, 250, "OK");
}

void SmtpDialogue::take_recipient(std::string_view argument, std::string& out) {
  auto path = read_path(argument);
  if (!path || path->empty()) return reply(out, 501, "an address in angle brackets is needed");
  if (!has_sender_) return reply(out, 503, "MAIL first");
  if (mail_.to.size() >= options_.recipients_max) return reply(out, 452, "too many recipients");
  mail_.to.push_back(std::move(*path));
  reply(out, 250, "OK");
}

void SmtpDialogue::begin_data(std::string& out) {
  if (mail_.to.empty()) return reply(out, 503, "RCPT first");
  in_data_ = true;
  reply(out, 354, "end with a line that holds a dot");
}

void SmtpDialogue::end_data(std::string& out) {
  const bool refused = too_large_;
  auto mail = std::exchange(mail_, {});
  reset();
  if (refused) return reply(out, 552, "message too large");
  const auto answer = on_mail_(std::move(mail));
  reply(out, answer.code, answer.text);
}

void SmtpDialogue::reset() {
  mail_ = {};
  has_sender_ = in_data_ = too_large_ = false;
}

}  // namespace contactor::server
