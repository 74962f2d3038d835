#include "gateways/smtp/gateway.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "gateways/smtp/test_relay.h"
#include "gateways/testing/scripted_transport.h"

namespace contactor::gateways::smtp {
namespace {

using std::chrono::seconds;

/// Stands in for the engine's thread: what is posted runs when the test waits.
class Loop {
 public:
  Post post() {
    return [this](std::move_only_function<void()> action) {
      const std::scoped_lock lock(mutex_);
      actions_.push_back(std::move(action));
      wake_.notify_one();
    };
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(wake_.wait_for(lock, seconds(20), [this] { return !actions_.empty(); })) << "no answer came";
    auto action = std::move(actions_.front());
    actions_.pop_front();
    lock.unlock();
    action();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> actions_;
};

ports::MailMessage a_mail(std::string to = "driver@example.org") {
  return {.message_id = "ntc_1",
          .to = std::move(to),
          .to_name = "Ada",
          .subject = "Active",
          .text = "Hello\n",
          .html = "<p>Hello</p>"};
}

struct World {
  explicit World(Secret url, std::size_t queue_max = 10)
      : gateway(*Gateway::open({.timekeeper = time,
                                .smtp_url = std::move(url),
                                .mail_from = "Contactor <no-reply@contactor.example>",
                                .post = loop.post(),
                                .queue_max = queue_max})) {}
  explicit World(const TestRelay& relay) : World(Secret(relay.url())) {}

  void start(ports::MailMessage mail, Millis patience = seconds(15)) {
    gateway->send(std::move(mail), time.now() + patience,
                  [this](Status got) { answers.push_back(std::move(got)); });
  }
  Status send(ports::MailMessage mail = a_mail(), Millis patience = seconds(15)) {
    const std::size_t before = answers.size();
    start(std::move(mail), patience);
    if (answers.size() == before) loop.run_one();
    return answers.size() > before ? answers.back() : Status(fail(ErrorKind::internal, "test", "no answer"));
  }

  testing::ManualTimekeeper time;
  Loop loop;
  std::vector<Status> answers;
  std::unique_ptr<Gateway> gateway;
};

Error refused_by(Behaviour behaviour, Millis patience = seconds(15)) {
  const TestRelay relay(std::move(behaviour));
  auto status = World(relay).send(a_mail(), patience);
  EXPECT_FALSE(status);
  return status ? Error{} : status.error();
}

TEST(SmtpGateway, HandsAMailOver) {
  const TestRelay relay;
  World world(relay);
  EXPECT_TRUE(world.send());
  const Taken taken = relay.taken();
  ASSERT_EQ(taken.mails.size(), 1U);
  EXPECT_NE(taken.mails[0].find("Subject: Active\r\n"), std::string::npos);
  EXPECT_NE(taken.mails[0].find("Message-ID: <ntc_1@contactor.example>\r\n"), std::string::npos);
  EXPECT_EQ(std::ranges::count(taken.commands, "MAIL FROM:<no-reply@contactor.example>"), 1);
  EXPECT_EQ(std::ranges::count(taken.commands, "RCPT TO:<driver@example.org>"), 1);
}

TEST(SmtpGateway, KeepsItsConnection) {
  const TestRelay relay;
  World world(relay);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(world.send());
  EXPECT_EQ(relay.taken().connections, 1);
  EXPECT_EQ(relay.taken().mails.size(), 5U);
}

TEST(SmtpGateway, GoesOnAfterARefusal) {
  const TestRelay relay(
      {.replies = {{"VRFY", "252"}}, .offers = {}, .hangs_up_after = {}, .stalls_after = {}});
  World world(relay);
  EXPECT_EQ(world.send(a_mail("nobody")).error().kind, ErrorKind::invalid);
  EXPECT_TRUE(world.send());
}

TEST(SmtpGateway, ARefusedRecipientIsInvalidAndAGreylistedOneIsNot) {
  const Error unknown = refused_by({.replies = {{"RCPT", "550 no such user"}}});
  EXPECT_EQ(unknown.kind, ErrorKind::invalid);
  EXPECT_EQ(unknown.applied, Applied::no);
  const Error greylisted = refused_by({.replies = {{"RCPT", "451 later"}}});
  EXPECT_EQ(greylisted.kind, ErrorKind::unavailable);
  EXPECT_EQ(greylisted.applied, Applied::no);
}

TEST(SmtpGateway, ARefusedMessageWasNotTaken) {
  const Error spam = refused_by({.replies = {{"DOT", "554 spam"}}});
  EXPECT_EQ(spam.kind, ErrorKind::invalid);
  EXPECT_EQ(spam.applied, Applied::no);
  EXPECT_EQ(refused_by({.replies = {{"DOT", "452 disk full"}}}).kind, ErrorKind::unavailable);
  EXPECT_EQ(refused_by({.replies = {{"DATA", "421 closing"}}}).kind, ErrorKind::unavailable);
}

TEST(SmtpGateway, ARefusedSenderIsOurFault) {
  EXPECT_EQ(refused_by({.replies = {{"MAIL", "553 not you"}}}).kind, ErrorKind::unauthorized);
  EXPECT_EQ(refused_by({.replies = {{"MAIL", "530 log in first"}}}).kind, ErrorKind::unauthorized);
}

TEST(SmtpGateway, AConnectionLostAfterTheDataIsMaybe) {
  const Error lost = refused_by({.replies = {}, .offers = {}, .hangs_up_after = "DOT"});
  EXPECT_EQ(lost.kind, ErrorKind::unavailable);
  EXPECT_EQ(lost.applied, Applied::maybe);
  for (const char* early : {"EHLO", "MAIL", "RCPT"})
    EXPECT_EQ(refused_by({.replies = {}, .offers = {}, .hangs_up_after = early}).applied, Applied::no)
        << early;
}

TEST(SmtpGateway, ASilentRelayEndsAtTheDeadline) {
  const Error before =
      refused_by({.replies = {}, .offers = {}, .hangs_up_after = {}, .stalls_after = "RCPT"}, Millis(300));
  EXPECT_EQ(before.kind, ErrorKind::timed_out);
  EXPECT_EQ(before.applied, Applied::no);
  const Error after =
      refused_by({.replies = {}, .offers = {}, .hangs_up_after = {}, .stalls_after = "DOT"}, Millis(300));
  EXPECT_EQ(after.kind, ErrorKind::timed_out);
  EXPECT_EQ(after.applied, Applied::maybe);
}

TEST(SmtpGateway, NobodyListeningIsUnavailable) {
  std::string url;
  { url = TestRelay().url(); }
  const auto status = World(Secret(url)).send();
  EXPECT_EQ(status.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(status.error().applied, Applied::no);
}

TEST(SmtpGateway, AGreetingThatRefusesIsUnavailable) {
  EXPECT_EQ(refused_by({.replies = {{"", "421 too busy"}}}).kind, ErrorKind::unavailable);
}

TEST(SmtpGateway, LogsInAndTellsARefusedLogin) {
  const TestRelay relay({.replies = {}, .offers = {"AUTH PLAIN"}, .hangs_up_after = {}, .stalls_after = {}});
  EXPECT_TRUE(World(Secret(relay.url("us%40x:pass%3Aword@"))).send());
  EXPECT_EQ(relay.taken().logins,
            std::vector<std::string>{crypto::to_base64(std::string("\0us@x\0pass:word", 15))});
  const TestRelay strict({.replies = {{"AUTH", "535 wrong"}},
                          .offers = {"AUTH PLAIN"},
                          .hangs_up_after = {},
                          .stalls_after = {}});
  EXPECT_EQ(World(Secret(strict.url("us:wrong@"))).send().error().kind, ErrorKind::unauthorized);
}

TEST(SmtpGateway, SendsNothingWhereTlsIsRequiredAndNotOffered) {
  const TestRelay relay;
  const auto status = World(Secret(relay.url() + "?tls=required")).send();
  EXPECT_EQ(status.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(relay.taken().mails.empty());
  EXPECT_EQ(std::ranges::count_if(relay.taken().commands,
                                  [](const auto& line) { return line.starts_with("MAIL"); }),
            0);
}

TEST(SmtpGateway, TheQueueIsBoundedAndClosingAnswersEveryone) {
  const TestRelay relay({.replies = {}, .offers = {}, .hangs_up_after = {}, .stalls_after = "DOT"});
  World world(Secret(relay.url()), 2);
  for (int i = 0; i < 8; ++i) world.start(a_mail());
  EXPECT_GE(world.answers.size(), 5U);
  for (const Status& status : world.answers) EXPECT_EQ(status.error().kind, ErrorKind::exhausted);
  world.gateway.reset();
  while (world.answers.size() < 8 && !HasFatalFailure()) world.loop.run_one();
  EXPECT_EQ(world.answers.back().error().kind, ErrorKind::canceled);
}

TEST(SmtpGateway, RefusesABrokenConfiguration) {
  testing::ManualTimekeeper time;
  for (const auto& [url, from] : std::vector<std::pair<std::string, std::string>>{
           {"http://mail.example", "a@b.example"}, {"smtp://mail.example", "nobody"}})
    EXPECT_FALSE(Gateway::open({.timekeeper = time, .smtp_url = Secret(url), .mail_from = from, .post = {}}));
}

}  // namespace
}  // namespace contactor::gateways::smtp
