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
  std::string_view command_id;  ///< empty: our own
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
  const int answer = rig.call_back(row.command_id.empty() ? own : row.command_id, row.vin, "applied", 1,
                                   row.secret, row.age);
  if (row.answer != 0) {
    EXPECT_EQ(answer, row.answer);
  }
  EXPECT_EQ(rig.at(id).version, version);
  EXPECT_EQ(rig.at(id).money_state, ota::MoneyState::held);
  EXPECT_EQ(rig.money(world::MoneyEffectKind::captured), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    All, UpstreamCallbackRefused,
    testing::Values(Refused{.name = "F43UnknownCommand", .command_id = "cmd_0000000000000_9", .answer = 0},
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

TEST(UpstreamCallback, WithALowerCounterDoesNotSpeakForTheNewerCommand) {
  Deaf rig;
  const ActivationId id = rig.order();
  rig.pass(1s);
  ASSERT_EQ(rig.at(id).generation, 1U);
  rig.confirm(id, 0);
  rig.pass(1min);
  EXPECT_LE(rig.money(world::MoneyEffectKind::captured), 1U);
  rig.confirm(id, 1);
  rig.pass(1min);
  expect_ending(rig, id, kDelivered);
}

TEST(UpstreamEvidence, AConfirmationOutweighsAPollThatSaysOtherwise) {
  Rig rig;
  rig.wire.spoil = [](const auto& request) -> std::optional<Mishap> {
    if (request.url.ends_with("/configure"))
      return answers(202,
                     fmt::format(R"({{"commandId":"{}","status":"accepted"}})", Deaf::id_in(request.body)));
    if (request.url.find("/status") == std::string::npos) return std::nullopt;
    return answers(
        200, fmt::format(R"({{"vin":"{}","online":true,"features":{{"seat-heating":{{"state":"dormant",)"
                         R"("generation":0}}}}}})",
                         kVin));
  };
  const ActivationId id = rig.order();
  rig.pass(20s);
  EXPECT_EQ(rig.money(world::MoneyEffectKind::captured), 0U) << "dormant is no confirmation";
  EXPECT_EQ(rig.call_back(ota::command_id(id, 1), kVin, "applied", 1, kSecret), 204);
  rig.pass(10min);
  expect_ending(rig, id, kDelivered);
  EXPECT_FALSE(rig.disk.history.at(id).empty());
}

TEST(UpstreamEvidence, AStatusThatSaysOnAndAHistoryThatSaysOffChargeNothingWithoutACommandOfOurs) {
  Rig rig;
  rig.wire.spoil = [](const auto& request) -> std::optional<Mishap> {
    if (request.url.ends_with("/configure"))
      return answers(422, R"({"error":{"code":"vehicle_incompatible","message":""}})");
    if (request.url.ends_with("/history"))
      return answers(200, R"({"items":[{"commandId":"x","serviceId":"seat-heating","action":"disable",)"
                          R"("status":"applied","at":"2026-11-21T06:00:00Z","source":"dealer"}]})");
    if (request.url.find("/status") == std::string::npos) return std::nullopt;
    return answers(200,
                   fmt::format(R"({{"vin":"{}","online":true,"features":{{"seat-heating":{{"state":"active",)"
                               R"("generation":0}}}}}})",
                               kVin));
  };
  const ActivationId id = rig.order();
  rig.pass(10min);
  expect_ending(rig, id, kNotDelivered);
}

}  // namespace
}  // namespace contactor::upstream
