// Mail from words that are not ours, and the two settings that say where it goes.
// One a line: SMTP_URL, MAIL_FROM, recipient, name, subject, message id; the rest is the text.

#include "fuzz/input.h"
#include "gateways/smtp/mime.h"
#include "gateways/smtp/relay.h"

namespace contactor::gateways::smtp {
namespace {

void check_relay(std::string_view url) {
  const auto relay = parse_relay(url);
  if (!relay) {
    // It may hold a password.
    CTR_ASSERT(relay.error().detail.size() < 100);
    return;
  }
  CTR_ASSERT(fuzz::is_one_line(relay->user) && fuzz::is_one_line(relay->password.reveal()));
  CTR_ASSERT(!relay->url.contains('@') && !relay->url.contains(' '));
  // The address alone, without login and options, leads to the same place.
  const auto again = parse_relay(relay->url);
  CTR_ASSERT(again && again->url == relay->url && again->user.empty());
}

/// Header lines by name, each with its folded lines joined.
std::vector<std::string_view> header_names(std::string_view mail) {
  std::vector<std::string_view> names;
  mail = mail.substr(0, mail.find("\r\n\r\n"));
  while (!mail.empty()) {
    const auto end = std::min(mail.find("\r\n"), mail.size());
    const auto line = mail.substr(0, end);
    if (!line.starts_with(' ')) names.push_back(line.substr(0, line.find(':')));
    mail.remove_prefix(std::min(end + 2, mail.size()));
  }
  return names;
}

void check_lines(std::string_view mail) {
  while (!mail.empty()) {
    const auto end = mail.find("\r\n");
    CTR_ASSERT(end != std::string_view::npos && fuzz::is_one_line(mail.substr(0, end)));
    // A lone dot ends the message on its way to the relay.
    CTR_ASSERT(end <= 998 && mail.substr(0, end) != ".");
    mail.remove_prefix(end + 2);
  }
}

void check_mail(const ports::MailMessage& message, const Mailbox& from) {
  const auto mail = render_mail(message, from, fuzz::kNow);
  if (!mail) {
    CTR_ASSERT(mail.error().kind == ErrorKind::invalid);
    return;
  }
  check_lines(*mail);
  // Whatever the words say, these headers and no others.
  const std::vector<std::string_view> expected{
      "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"};
  auto names = header_names(*mail);
  if (names.size() == expected.size() + 1) names.pop_back();  // a single part says its encoding here
  CTR_ASSERT(names == expected);
}

}  // namespace
}  // namespace contactor::gateways::smtp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace smtp = contactor::gateways::smtp;
  contactor::fuzz::Input input(data, size);
  smtp::check_relay(input.line());
  auto from = smtp::parse_mailbox(input.line());
  if (!from) from = smtp::Mailbox{.address = "shop@example.org", .name = "Shop"};
  contactor::ports::MailMessage message{.to = std::string(input.line()),
                                        .to_name = std::string(input.line()),
                                        .subject = std::string(input.line()),
                                        .text = {},
                                        .html = {}};
  message.message_id = input.line();
  message.text = message.html = input.rest();
  smtp::check_mail(message, *from);
  message.html.clear();
  smtp::check_mail(message, *from);
  return 0;
}
