#include <gtest/gtest.h>

#include <set>

#include "rig.h"

// Mail and push misbehave: the activation and its money never wait for them, and the last word arrives.

namespace contactor::upstream {
namespace {

using namespace std::chrono_literals;

Status broken(ErrorKind kind, Applied applied) {
  return fail(
      Error{.kind = kind, .applied = applied, .retry_after = {}, .origin = "channel", .detail = "broken"});
}

struct Trouble {
  std::string_view name;
  ErrorKind kind;
  Applied applied;
  bool passes = true;  ///< worth another try
};

class UpstreamMail : public testing::TestWithParam<Trouble> {};

TEST_P(UpstreamMail, DoesNotHoldTheActivationUp) {
  Rig rig;
  rig.mail.outcome = [](const auto&) { return broken(GetParam().kind, GetParam().applied); };
  const ActivationId id = rig.order();
  rig.pass(1h);
  expect_ending(rig, id, kDelivered);
  const std::size_t tried = rig.mail.tried.size();
  EXPECT_GE(tried, 1U);
  EXPECT_LE(tried, 60U) << "no mail storm";
  rig.mail.outcome = nullptr;
  rig.pass(71h);
  std::set<std::string> ids;
  for (const auto& mail : rig.mail.tried) ids.insert(mail.message_id);
  EXPECT_LE(ids.size(), 3U) << "every repeat carries the Message-ID of the first";
  if (GetParam().passes) {
    EXPECT_GT(rig.mail.tried.size(), tried) << "the last word arrives when mail works again";
  }
  if (!GetParam().passes) {
    EXPECT_EQ(rig.mail.tried.size(), tried);
  }
}

INSTANTIATE_TEST_SUITE_P(All, UpstreamMail,
                         testing::Values(Trouble{"F63Down", ErrorKind::unavailable, Applied::no},
                                         Trouble{"F63Greylisted", ErrorKind::unavailable, Applied::no},
                                         Trouble{"F63Refused550", ErrorKind::invalid, Applied::no, false},
                                         Trouble{"F63DropsAfterEndOfData", ErrorKind::unavailable,
                                                 Applied::maybe},
                                         Trouble{"F63OneByteASecond", ErrorKind::timed_out, Applied::maybe}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(UpstreamMailOutage, OfThreeDaysEndsWithTheMailAndNotWithATicket) {
  Rig rig;
  rig.mail.outcome = [](const auto&) { return broken(ErrorKind::unavailable, Applied::no); };
  const ActivationId id = rig.order();
  rig.pass(71h);
  expect_ending(rig, id, kDelivered);
  const std::size_t tried = rig.mail.tried.size();
  rig.mail.outcome = nullptr;
  rig.pass(24h);
  EXPECT_GT(rig.mail.tried.size(), tried);
}

class UpstreamPush : public testing::TestWithParam<Trouble> {};

TEST_P(UpstreamPush, DoesNotHoldTheActivationUpAndIsBounded) {
  Rig rig;
  rig.push.outcome = [](const auto&) { return broken(GetParam().kind, GetParam().applied); };
  const ActivationId id = rig.order();
  rig.pass(72h);
  expect_ending(rig, id, kDelivered);
  EXPECT_GE(rig.push.tried.size(), 1U);
  EXPECT_LE(rig.push.tried.size(), 72U * 25U) << "a few tries an hour for each message";
  EXPECT_GE(rig.mail.tried.size(), 1U) << "mail does not wait for push";
}

INSTANTIATE_TEST_SUITE_P(All, UpstreamPush,
                         testing::Values(Trouble{"F64TooMany", ErrorKind::rate_limited, Applied::no},
                                         Trouble{"F64ServerError", ErrorKind::unavailable, Applied::no},
                                         Trouble{"F64CredentialRevoked", ErrorKind::unauthorized,
                                                 Applied::no}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace contactor::upstream
