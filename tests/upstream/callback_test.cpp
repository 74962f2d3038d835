#include <gtest/gtest.h>

#include "rig.h"

// What the vehicle's word may do to activation and money: authentic, late, repeated, forged or contradicted.

namespace contactor::upstream {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSecret = "whsec_aW90LWNhbGxiYWNrLXNlY3JldC0wMTIzNDU2Nzg5";
constexpr std::string_view kOtherSecret = "whsec_b3RoZXItY2FsbGJhY2stc2VjcmV0LTAxMjM0NTY3ODk=";
constexpr std::string_view kVin = "WVWZZZ1JZXW000001";

/// Every configure answer is lost before it arrives and every status is silent: only callbacks speak.
struct Deaf : Rig {
  Deaf() {
    wire.spoil = [](const ports::HttpRequest& request) -> std::optional<Mishap> {
      if (request.url.ends_with("/configure"))
        return answers(202, fmt::format(R"({{"commandId":"{}","status":"accepted"}})", id_in(request.body)));
      if (request.url.find("/iot/vehicle") != std::string::npos)
        return breaks(ErrorKind::timed_out, Applied::no, false, 10s);
      return std::nullopt;
    };
  }
  static std::string id_in(const std::string& body) {
    const auto start = body.find("cmd_");
    return body.substr(start, body.find('"', start) - start);
  }
  int confirm(ActivationId id, std::uint64_t generation = 1, Millis age = 0s,
              std::string_view secret = kSecret) {
    return call_back(ota::command_id(id, 1), kVin, "applied", generation, secret, age);
  }
};

TEST(UpstreamCallback, RepeatedAHundredTimesCapturesOnce) {
  Deaf rig;
  const ActivationId id = rig.order();
  rig.pass(1s);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(rig.confirm(id), 204);
    rig.pass(100ms);
  }
  rig.pass(1min);
  expect_ending(rig, id, kDelivered);
}

TEST(UpstreamCallback, AfterTheTimeoutStillCounts) {
  Deaf rig;
  const ActivationId id = rig.order();
  rig.pass(5min + 10s);
  rig.confirm(id);
  rig.pass(2min);
  expect_ending(rig, id, kDelivered);
}

TEST(UpstreamCallback, AfterTheReleaseAndAYearLaterIsSwitchedOffAndNeverCharged) {
  for (const Millis late : {Millis(0s), Millis(24h * 365)}) {
    Deaf rig;
    const ActivationId id = rig.order();
    rig.pass(3h);
    expect_ending(rig, id, kNotDelivered);
    const std::size_t before = rig.configures();
    rig.pass(late);
    EXPECT_EQ(rig.confirm(id), 204);
    rig.pass(1min);
    expect_ending(rig, id, kNotDelivered);
    ASSERT_EQ(rig.configures(), before + 1) << "the feature is switched off again";
    EXPECT_NE(rig.wire.sent.end(), std::ranges::find_if(rig.wire.sent, [](const auto& request) {
                return request.body.find(R"("action":"disable")") != std::string::npos;
              }));
  }
}

TEST(UpstreamCallback, BeforeTheAnswerCapturesOnce) {
  Deaf rig;
  const auto calm = rig.wire.spoil;
  rig.wire.spoil = [calm](const auto& request) {
    auto mishap = calm(request);
    if (mishap && request.url.ends_with("/configure")) mishap->after = 20s;
    return mishap;
  };
  const ActivationId id = rig.order();
  rig.pass(1s);
  EXPECT_EQ(rig.confirm(id), 204);
  rig.pass(1min);
  expect_ending(rig, id, kDelivered);
  EXPECT_EQ(rig.configures(), 1U);
}

TEST(UpstreamCallback, OutOfOrderARejectionAfterTheConfirmationChangesNothing) {
  Deaf rig;
  const ActivationId id = rig.order();
  rig.pass(1s);
  rig.confirm(id);
  rig.call_back(ota::command_id(id, 1), kVin, "rejected", 1, kSecret);
  rig.call_back(ota::command_id(id, 1), kVin, "timed_out", 1, kSecret);
  rig.pass(2h);
  expect_ending(rig, id, kDelivered);
}

struct Refused {
  std::string_view name;
  std::string_view command_id;  ///< empty: our own; `$NEXT`: the one after it
  std::string_view vin = kVin;
  std::string_view secret = kSecret;
  Millis age{};
  int answer = 401;
};

class UpstreamCallbackRefused : public testing::TestWithParam<Refused> {};

TEST_P(UpstreamCallbackRefused, ChangesNeitherActivationNorMoney) {
  const Refused& row = GetParam();
  Deaf rig;
  const ActivationId id = rig.order();
  rig.pass(1s);
  const std::uint32_t version = rig.at(id).version;
  const std::string own = ota::command_id(id, 1);
  const std::string next = ota::command_id(id, 2);
  const std::string_view named = row.command_id.empty()      ? own
                                 : row.command_id == "$NEXT" ? next
                                                             : row.command_id;
  EXPECT_EQ(rig.call_back(named, row.vin, "applied", 1, row.secret, row.age), row.answer);
  EXPECT_EQ(rig.at(id).version, version);
  EXPECT_EQ(rig.at(id).money_state, ota::MoneyState::held);
  EXPECT_EQ(rig.money(world::MoneyEffectKind::captured), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    All, UpstreamCallbackRefused,
    testing::Values(Refused{.name = "F43UnknownCommand", .command_id = "cmd_0000000000000_9", .answer = 404},
                    Refused{.name = "F43NeverSent", .command_id = "$NEXT", .answer = 404},
                    Refused{.name = "F43NotACommandOfOurs", .command_id = "somebody-elses", .answer = 404},
                    Refused{.name = "F43ForeignVehicle", .vin = "WVWZZZ1JZXW000099", .answer = 404},
                    Refused{.name = "F43BadSignature", .secret = kOtherSecret},
                    Refused{.name = "F43MissingSignature", .secret = ""},
                    Refused{.name = "F43StaleTimestamp", .age = 6min},
                    Refused{.name = "F43FutureTimestamp", .age = -6min}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(UpstreamCallback, SignedWithTheOldSecretCountsOnlyDuringRotation) {
  Deaf rig;
  const ActivationId id = rig.order();
  rig.pass(1s);
  rig.callback_secrets = {Secret(std::string(kOtherSecret))};
  EXPECT_EQ(rig.confirm(id), 401);
  EXPECT_EQ(rig.at(id).money_state, ota::MoneyState::held);
  rig.callback_secrets.emplace_back(std::string(kSecret));
  EXPECT_EQ(rig.confirm(id), 204);
  rig.pass(1min);
  expect_ending(rig, id, kDelivered);
}

/// Commands are accepted and then forgotten; the car can be asked, and knows of nothing.
struct Forgetful : Rig {
  Forgetful() { spoil_configure(answers(202, R"({"commandId":"$ID","status":"accepted"})"), 1'000'000); }
};

TEST(UpstreamCallback, OfAnEarlierCommandConfirmsTheSameWishOnce) {
  Forgetful rig;
  const ActivationId id = rig.order();
  rig.pass(10min);
  ASSERT_GE(rig.at(id).command_ordinal, 2U) << "the first command timed out, another one is under way";
  const std::size_t sent = rig.configures();
  EXPECT_EQ(rig.call_back(ota::command_id(id, 1), kVin, "applied", 1, kSecret), 204);
  rig.pass(2h);
  expect_ending(rig, id, kDelivered);
  EXPECT_EQ(rig.configures(), sent) << "what is confirmed is not sent again";
}

TEST(UpstreamCallback, OfAnEarlierCommandThatFailedDoesNotEndTheNewerOne) {
  Forgetful rig;
  const ActivationId id = rig.order();
  rig.pass(10min);
  ASSERT_GE(rig.at(id).command_ordinal, 2U);
  const std::uint32_t version = rig.at(id).version;
  EXPECT_EQ(rig.call_back(ota::command_id(id, 1), kVin, "rejected", 1, kSecret), 204);
  EXPECT_EQ(rig.at(id).version, version);
  EXPECT_EQ(rig.at(id).money_state, ota::MoneyState::held);
}

TEST(UpstreamCallback, WithALowerCounterIsReadByItsCommandIdAndCapturesOnce) {
  Deaf rig;
  const ActivationId id = rig.order();
  rig.pass(1s);
  ASSERT_EQ(rig.at(id).generation, 1U);
  // The counter orders commands in the car; what was confirmed is said by the command's own, unguessable id.
  EXPECT_EQ(rig.confirm(id, 0), 204);
  rig.pass(1min);
  expect_ending(rig, id, kDelivered);
  EXPECT_EQ(rig.confirm(id, 1), 204);
  rig.pass(1min);
  expect_ending(rig, id, kDelivered);
  EXPECT_EQ(rig.configures(), 1U);
}

TEST(UpstreamCallback, OfTheOldOnDoesNotAnswerForTheNewerOff) {
  Deaf rig;
  const ActivationId on = rig.order();
  rig.pass(1s);
  rig.confirm(on);
  rig.pass(1min);
  expect_ending(rig, on, kDelivered);
  ota::Order off_order = engine::testing::another_order("o-2", "seat-heating");
  off_order.action = ota::Action::deactivate;
  off_order.payment = {};
  const ActivationId off = rig.order(off_order);
  rig.pass(1s);
  ASSERT_EQ(rig.at(off).state, ota::State::WaitingResponse);
  ASSERT_GT(rig.at(off).generation, rig.at(on).generation);
  EXPECT_EQ(rig.confirm(on), 204) << "the old one once more, with its lower counter";
  rig.pass(1s);
  EXPECT_EQ(rig.at(off).state, ota::State::WaitingResponse) << "still waits for its own word";
  EXPECT_EQ(rig.call_back(ota::command_id(off, 1), kVin, "applied", 2, kSecret), 204);
  rig.pass(1min);
  EXPECT_TRUE(ota::is_final(rig.at(off).state));
  expect_ending(rig, on, kDelivered);
}

/// A callback of our own command, signed, whose body is not what was agreed.
class UpstreamCallbackBody : public testing::TestWithParam<std::pair<std::string_view, std::string_view>> {};

TEST_P(UpstreamCallbackBody, ThatIsNotUnderstoodChangesNothingAndTheRightOneStillCounts) {
  Deaf rig;
  const ActivationId id = rig.order();
  rig.pass(1s);
  const std::uint32_t version = rig.at(id).version;
  std::string body(GetParam().second);
  for (auto at = body.find("$ID"); at != std::string::npos; at = body.find("$ID"))
    body.replace(at, 3, ota::command_id(id, 1));
  EXPECT_EQ(rig.signed_callback(body, kSecret), 400);
  EXPECT_EQ(rig.at(id).version, version);
  EXPECT_EQ(rig.money(world::MoneyEffectKind::captured), 0U);
  EXPECT_EQ(rig.confirm(id), 204);
  rig.pass(1min);
  expect_ending(rig, id, kDelivered);
}

#define CTR_REST R"("vin":"WVWZZZ1JZXW000001","generation":1,"at":"2026-11-21T06:00:00Z")"
INSTANTIATE_TEST_SUITE_P(
    All, UpstreamCallbackBody,
    testing::Values(
        std::pair("F43NotJson", "applied, by the car"), std::pair("F43NoFields", "{}"),
        std::pair("F43NewStatusWord", R"({"commandId":"$ID","status":"teleported",)" CTR_REST "}"),
        std::pair("F43NotFinal", R"({"commandId":"$ID","status":"accepted",)" CTR_REST "}"),
        std::pair("F43StatusIsANumber", R"({"commandId":"$ID","status":1,)" CTR_REST "}"),
        std::pair("F43CounterBelowZero",
                  R"({"commandId":"$ID","status":"applied","vin":"WVWZZZ1JZXW000001","generation":-1,)"
                  R"("at":"2026-11-21T06:00:00Z"})"),
        std::pair("F43WithoutAVehicle", R"({"commandId":"$ID","status":"applied","generation":1})")),
    [](const auto& test) { return std::string(test.param.first); });
#undef CTR_REST

}  // namespace
}  // namespace contactor::upstream
