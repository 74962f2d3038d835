#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <poll.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>

#include "gateways/smtp/gateway.h"
#include "gateways/smtp/test_relay.h"
#include "http_client/scripted_server.h"
#include "json/json.h"
#include "rig.h"

// Mail relay and push service misbehave at the real gateways: the activation and its money never wait for
// them, and the last word arrives.

namespace contactor::upstream {
namespace {

using namespace std::chrono_literals;
using gateways::smtp::Behaviour;
using gateways::smtp::TestRelay;

/// The real mail gateway, in real time, within an engine whose time stands still meanwhile.
class RelayedMail final : public ports::Mail {
 public:
  explicit RelayedMail(const std::string& url) { lead_to(url); }
  void lead_to(const std::string& url) {
    gateway_.reset();
    gateway_ = *gateways::smtp::Gateway::open({.timekeeper = time_,
                                               .smtp_url = Secret(url),
                                               .mail_from = "Contactor <no-reply@contactor.example>",
                                               .post = [this](auto action) { take(std::move(action)); }});
  }
  void send(ports::MailMessage message, Instant, ports::Done<Status> done) override {
    tried.push_back(message);
    std::optional<Status> got;
    gateway_->send(std::move(message), time_.now() + 300ms,
                   [&got](Status status) { got = std::move(status); });
    if (!got) run_one();
    done(got ? std::move(*got) : Status(fail(ErrorKind::internal, "test", "the gateway did not answer")));
  }
  std::vector<ports::MailMessage> tried;

 private:
  void take(std::move_only_function<void()> action) {
    const std::scoped_lock lock(mutex_);
    actions_.push_back(std::move(action));
    wake_.notify_one();
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    if (!wake_.wait_for(lock, 20s, [this] { return !actions_.empty(); })) return;
    auto action = std::move(actions_.front());
    actions_.pop_front();
    lock.unlock();
    action();
  }
  engine::testing::ManualTime time_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> actions_;
  std::unique_ptr<gateways::smtp::Gateway> gateway_;
};

/// A relay in trouble: where it is, and what keeps it there.
struct Relay {
  std::string url;
  std::shared_ptr<void> alive;
};

Relay relay(Behaviour behaviour, const std::string& option = {}) {
  auto made = std::make_shared<TestRelay>(std::move(behaviour));
  return {made->url() + option, made};
}

Relay relay_that_is_down() { return {TestRelay().url(), nullptr}; }

Relay relay_at_a_crawl() {
  auto made = std::make_shared<http_client::ScriptedServer>([](http_client::Peer& peer) {
    for (const char letter : std::string("220 relay.example at your service\r\n")) {
      if (!peer.write(std::string_view(&letter, 1))) return;
      ::poll(nullptr, 0, 40);
    }
  });
  return {"smtp://127.0.0.1:" + std::to_string(made->port()), made};
}

Relay relay_with_a_wrong_certificate() {
  const auto identity = http_client::make_identity("elsewhere.example", false);
  auto made = std::make_shared<http_client::ScriptedServer>(
      [](http_client::Peer& peer) {
        peer.write("220 relay.example\r\n");
        ADD_FAILURE() << "somebody spoke to a relay that nobody can trust";
      },
      &identity);
  return {"smtps://127.0.0.1:" + std::to_string(made->port()), made};
}

struct Trouble {
  std::string_view name;
  std::function<Relay()> relay;
  bool passes = true;  ///< worth another try
};

class UpstreamMail : public testing::TestWithParam<Trouble> {};

TEST_P(UpstreamMail, DoesNotHoldTheActivationUpAndTheLastWordArrives) {
  Relay broken = GetParam().relay();
  RelayedMail mail(broken.url);
  Rig rig({.mail = &mail});
  const ActivationId id = rig.order();
  rig.pass(1h);
  expect_ending(rig, id, kDelivered);
  const std::size_t tried = mail.tried.size();
  EXPECT_GE(tried, 1U);
  EXPECT_LE(tried, 60U) << "no mail storm";
  const TestRelay sound;
  mail.lead_to(sound.url());
  rig.pass(71h);
  std::set<std::string> ids;
  for (const auto& message : mail.tried) ids.insert(message.message_id);
  EXPECT_LE(ids.size(), 3U) << "every repeat carries the Message-ID of the first";
  EXPECT_EQ(sound.taken().mails.empty(), !GetParam().passes);
  if (!GetParam().passes) {
    EXPECT_EQ(mail.tried.size(), tried) << "a mailbox that does not exist is not knocked at again";
  }
  expect_ending(rig, id, kDelivered);
}

INSTANTIATE_TEST_SUITE_P(
    All, UpstreamMail,
    testing::Values(
        Trouble{"F63Down", relay_that_is_down},
        Trouble{"F63Greylisted", [] { return relay({.replies = {{"RCPT", "451 come back later"}}}); }},
        Trouble{"F63Refused550", [] { return relay({.replies = {{"RCPT", "550 no such user"}}}); }, false},
        Trouble{"F63DropsAfterEndOfData", [] { return relay({.hangs_up_after = "DOT"}); }},
        Trouble{"F63SilentAfterEndOfData", [] { return relay({.stalls_after = "DOT"}); }},
        Trouble{"F63OneByteAtATime", relay_at_a_crawl},
        Trouble{"F63StarttlsStripped", [] { return relay({}, "?tls=required"); }},
        Trouble{"F63WrongCertificate", relay_with_a_wrong_certificate}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(UpstreamMailOutage, OfThreeDaysEndsWithTheMailAndNotWithATicket) {
  Relay down = relay_that_is_down();
  RelayedMail mail(down.url);
  Rig rig({.mail = &mail});
  const ActivationId id = rig.order();
  rig.pass(71h);
  expect_ending(rig, id, kDelivered);
  const TestRelay sound;
  mail.lead_to(sound.url());
  rig.pass(24h);
  EXPECT_FALSE(sound.taken().mails.empty());
  expect_ending(rig, id, kDelivered);
}

TEST(UpstreamMailBounce, AfterTheRelayHasTakenItIsNotSeenSentOnceAndGoesToTheSendersMailbox) {
  const TestRelay accepts;
  RelayedMail mail(accepts.url());
  Rig rig({.mail = &mail});
  const ActivationId id = rig.order();
  rig.pass(72h);
  expect_ending(rig, id, kDelivered);
  // A relay that has said 250 answers for the message from there on: a bounce is a mail of its own, and
  // nobody here reads that mailbox. What can be known is that each message was handed over once.
  const auto taken = accepts.taken();
  std::set<std::string> ids;
  for (const auto& message : mail.tried) ids.insert(message.message_id);
  EXPECT_FALSE(taken.mails.empty());
  EXPECT_EQ(taken.mails.size(), ids.size());
  EXPECT_EQ(mail.tried.size(), ids.size()) << "none is repeated";
  EXPECT_EQ(
      static_cast<std::size_t>(std::ranges::count(taken.commands, "MAIL FROM:<no-reply@contactor.example>")),
      ids.size())
      << "where a bounce goes";
}

// -- push ---------------------------------------------------------------------------------------------------

/// A service account with a key of this test run only.
gateways::fcm::ServiceAccount an_account() {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  const std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  EVP_PKEY_free(key);
  return *gateways::fcm::parse_service_account(
      json::serialize(json::object{{"type", "service_account"},
                                   {"project_id", "our-project"},
                                   {"private_key_id", "k1"},
                                   {"private_key", pem},
                                   {"client_email", "us@our-project.iam.example"},
                                   {"token_uri", "http://world.test/fcm-auth/token"}}));
}

struct PushTrouble {
  std::string_view name;
  std::function<void(Rig&)> begin;
};

class UpstreamPush : public testing::TestWithParam<PushTrouble> {};

TEST_P(UpstreamPush, DoesNotHoldTheActivationUpAndIsBounded) {
  Rig rig({.push_account = an_account()});
  GetParam().begin(rig);
  const ActivationId id = rig.order();
  rig.pass(72h);
  expect_ending(rig, id, kDelivered);
  const std::size_t asked = rig.requests("/fcm");
  EXPECT_GE(asked, 1U);
  EXPECT_LE(asked, 72U * 25U) << "a few tries an hour for each message";
  EXPECT_TRUE(rig.world.logs().pushes.empty());
  EXPECT_GE(rig.mail.tried.size(), 1U) << "mail does not wait for push";
}

void world_fault(Rig& rig, world::FaultKind kind) { rig.world.set_fault(kind, 1); }

INSTANTIATE_TEST_SUITE_P(
    All, UpstreamPush,
    testing::Values(
        PushTrouble{"F64TooMany", [](Rig& rig) { world_fault(rig, world::FaultKind::push_rate_limited); }},
        PushTrouble{"F64ServerError",
                    [](Rig& rig) { world_fault(rig, world::FaultKind::push_server_error); }},
        PushTrouble{"F64LoginDown", [](Rig& rig) { world_fault(rig, world::FaultKind::push_auth_down); }},
        PushTrouble{"F64LostBefore", [](Rig& rig) { world_fault(rig, world::FaultKind::push_lost_before); }},
        PushTrouble{
            "F64KeyRevoked",
            [](Rig& rig) { rig.spoil_all("/fcm-auth/token", answers(400, R"({"error":"invalid_grant"})")); }},
        PushTrouble{"F64CredentialRevoked",
                    [](Rig& rig) {
                      rig.spoil_all("/fcm/", answers(401, R"({"error":{"status":"UNAUTHENTICATED"}})"));
                    }}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(UpstreamPushDelivery, ArrivesOnceWhereNothingIsWrong) {
  Rig rig({.push_account = an_account()});
  const ActivationId id = rig.order();
  rig.pass(1h);
  expect_ending(rig, id, kDelivered);
  std::set<std::string> keys;
  for (const auto& push : rig.world.logs().pushes) keys.insert(push.collapse_key);
  EXPECT_FALSE(keys.empty());
  EXPECT_EQ(rig.world.logs().pushes.size(), keys.size());
}

}  // namespace
}  // namespace contactor::upstream
