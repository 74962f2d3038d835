#include "gateways/smtp/mime.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "gateways/smtp/relay.h"

namespace contactor::gateways::smtp {
namespace {

const Mailbox kFrom{.address = "no-reply@contactor.example", .name = "Contactor"};
const Instant kDate = *parse_rfc3339("2026-11-21T07:04:33Z");

ports::MailMessage a_mail() {
  return {.message_id = "ntc_1",
          .to = "driver@example.org",
          .to_name = "Ada",
          .subject = "Active",
          .text = "Hello\nAda",
          .html = "<p>Hello</p>"};
}

std::string render(const ports::MailMessage& message) {
  return render_mail(message, kFrom, kDate).value_or("refused");
}

std::string header_line(const std::string& mail, const std::string& name) {
  const std::size_t at = ("\r\n" + mail).find("\r\n" + name + ": ");
  std::size_t end = mail.find("\r\n", at);
  while (mail.compare(end, 3, "\r\n ") == 0) end = mail.find("\r\n", end + 2);
  return mail.substr(at + name.size() + 2, end - at - name.size() - 2);
}

/// Undoes RFC 2047 as a reader would.
std::string decoded_words(std::string text) {
  std::string decoded;
  std::size_t at = 0;
  while ((at = text.find("=?UTF-8?B?", at)) != std::string::npos) {
    const std::size_t end = text.find("?=", at + 10);
    EXPECT_LE(end + 2 - at, 75U);
    const auto word = crypto::from_base64(text.substr(at + 10, end - at - 10)).value();
    EXPECT_FALSE(!word.empty() && (static_cast<unsigned char>(word[0]) & 0xc0) == 0x80)
        << "a character cut in two";
    decoded += word;
    at = end + 2;
  }
  return decoded;
}

TEST(Mime, WritesTheDocumentedHeaders) {
  const std::string mail = render(a_mail());
  EXPECT_TRUE(
      mail.starts_with("Date: Sat, 21 Nov 2026 07:04:33 +0000\r\n"
                       "From: \"Contactor\"\r\n <no-reply@contactor.example>\r\n"
                       "To: \"Ada\"\r\n <driver@example.org>\r\n"
                       "Subject: Active\r\n"
                       "Message-ID: <ntc_1@contactor.example>\r\n"))
      << mail;
  EXPECT_NE(mail.find(crypto::to_base64("Hello\r\nAda") + "\r\n"), std::string::npos);
  EXPECT_NE(mail.find(crypto::to_base64("<p>Hello</p>") + "\r\n"), std::string::npos);
  EXPECT_EQ(mail, render(a_mail())) << "the same message gives the same bytes";
}

TEST(Mime, EveryLineIsShortAndEndsWithCrlf) {
  auto message = a_mail();
  message.text = std::string(5000, 'x') + "\n.\nFrom here\n" + std::string(2000, '\xff');
  message.subject = std::string(200, 's');
  message.to_name = "Åse " + std::string(100, 'n');
  const std::string mail = render(message);
  for (std::size_t start = 0, end = 0; start < mail.size(); start = end + 2) {
    end = mail.find("\r\n", start);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - start, 78U);
    EXPECT_EQ(mail.substr(start, end - start).find('\n'), std::string::npos);
  }
}

TEST(Mime, EncodesWhatIsNotPlain) {
  auto message = a_mail();
  message.subject = "Sitzheizung läuft: 暖房が有効になりました、これで寒い朝も快適です 🚗🚗🚗🚗🚗🚗🚗🚗";
  EXPECT_EQ(decoded_words(header_line(render(message), "Subject")), message.subject);
  message.subject = "=?UTF-8?B?ZmFrZQ==?=";
  EXPECT_EQ(decoded_words(header_line(render(message), "Subject")), message.subject);
}

TEST(Mime, QuotesNames) {
  auto message = a_mail();
  message.to_name = R"(Ada "A\" <x@evil.example>, )";
  EXPECT_EQ(header_line(render(message), "To"),
            "\"Ada \\\"A\\\\\\\" <x@evil.example>, \"\r\n <driver@example.org>");
}

TEST(Mime, RefusesHeaderInjection) {
  for (const char* text : {"a\r\nBcc: x@evil.example", "a\nb", "a\rb", "tab\tbed", "\x7f", "\x01"}) {
    auto subject = a_mail();
    subject.subject = text;
    auto name = a_mail();
    name.to_name = text;
    auto id = a_mail();
    id.message_id = text;
    auto to = a_mail();
    to.to = std::string("a@b.example") + text;
    for (const auto& message : {subject, name, id, to})
      EXPECT_EQ(render_mail(message, kFrom, kDate).error().kind, ErrorKind::invalid);
  }
}

TEST(Mime, TheLongestNameOfAnOrderCanBeWrittenTo) {
  auto mail = a_mail();
  mail.to_name.clear();
  for (int i = 0; i < 200; ++i) mail.to_name += "🚗";
  EXPECT_TRUE(render_mail(mail, kFrom, kDate));
}

TEST(Mime, KnowsAnAddress) {
  for (const char* good : {"a@b", "first.last+tag@mail.example.org", "o'hara@x.example"})
    EXPECT_TRUE(is_mail_address(good)) << good;
  for (const char* bad : {"", "a", "@b", "a@", "a@b@c", "a b@c", "<a@b>", "a@b,c@d", "a@b;c", "\"a\"@b",
                          "ä@b", "-f@b", "a@.b", "a@b\r\n", "a@b>c"})
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  EXPECT_FALSE(is_mail_address(std::string(65, 'a') + "@b"));
  EXPECT_FALSE(is_mail_address("a@" + std::string(260, 'b')));
}

TEST(Mime, ReadsTheSender) {
  EXPECT_EQ(parse_mailbox("a@b.example")->address, "a@b.example");
  EXPECT_EQ(parse_mailbox("\"The Shop\" <a@b.example>")->name, "The Shop");
  EXPECT_FALSE(parse_mailbox("The Shop"));
  EXPECT_FALSE(parse_mailbox("The\nShop <a@b.example>"));
}

TEST(Relay, ReadsTheUrl) {
  const auto relay = parse_relay("smtp://us%40x:p%3Aw@mail.example:2525");
  ASSERT_TRUE(relay);
  EXPECT_EQ(relay->url, "smtp://mail.example:2525");
  EXPECT_EQ(relay->user, "us@x");
  EXPECT_EQ(relay->password.reveal(), "p:w");
  EXPECT_EQ(relay->encryption, Encryption::required) << "a password crosses a network";
  EXPECT_EQ(parse_relay("smtps://mail.example")->url, "smtps://mail.example:465");
  EXPECT_EQ(parse_relay("smtp://[::1]:25/")->url, "smtp://[::1]:25");
}

TEST(Relay, ChoosesTheEncryption) {
  EXPECT_EQ(parse_relay("smtp://mail.example")->encryption, Encryption::when_offered);
  EXPECT_EQ(parse_relay("smtp://mail.example?tls=required")->encryption, Encryption::required);
  EXPECT_EQ(parse_relay("smtps://mail.example")->encryption, Encryption::required);
  EXPECT_EQ(parse_relay("smtp://127.0.0.1:25")->encryption, Encryption::none);
  EXPECT_EQ(parse_relay("smtp://us:pw@localhost")->encryption, Encryption::none);
  EXPECT_EQ(parse_relay("smtp://localhost?tls=required")->encryption, Encryption::required);
}

TEST(Relay, RefusesWhatIsNoRelayAndKeepsThePasswordToItself) {
  for (const char* url : {"", "mail.example", "http://mail.example", "smtp://", "smtp://:25", "smtp://h:0",
                          "smtp://h:99999", "smtp://h:x", "smtp://h?tls=no", "smtp://u:hunter2%@h",
                          "smtp://u:hunter2%0d@h", "smtp://h/path", "smtp://h ost", "smtp://[::1", "smtp://[::1]x:25"}) {
    const auto relay = parse_relay(url);
    ASSERT_FALSE(relay) << url;
    EXPECT_EQ(relay.error().detail.find("hunter2"), std::string::npos);
  }
}

}  // namespace
}  // namespace contactor::gateways::smtp
