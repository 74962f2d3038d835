#include <gtest/gtest.h>

#include "rig.h"

// Callback, poll and history disagree: whose word decides over activation and money, and where it is written
// down.

namespace contactor::upstream {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSecret = "whsec_aW90LWNhbGxiYWNrLXNlY3JldC0wMTIzNDU2Nzg5";
constexpr std::string_view kVin = "WVWZZZ1JZXW000001";

std::string id_in(const std::string& body) {
  const auto start = body.find("cmd_");
  return body.substr(start, body.find('"', start) - start);
}

bool says(const Rig& rig, ActivationId id, std::string_view words) {
  return std::ranges::any_of(rig.disk.history.at(id),
                             [words](const auto& entry) { return entry.detail.contains(words); });
}

TEST(UpstreamEvidence, AConfirmationOutweighsAPollThatSaysOtherwise) {
  Rig rig;
  rig.wire.spoil = [](const auto& request) -> std::optional<Mishap> {
    if (request.url.ends_with("/configure"))
      return answers(202, fmt::format(R"({{"commandId":"{}","status":"accepted"}})", id_in(request.body)));
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
  EXPECT_EQ(rig.configures(), 1U);
  EXPECT_TRUE(says(rig, id, "confirmed by callback")) << "the history names whose word was taken";
}

/// The API says that our command was applied, and shows the feature dormant, in one breath.
TEST(UpstreamEvidence, AStatusThatContradictsItselfConfirmsNothingAndTheTicketShowsBothSides) {
  Rig rig;
  rig.wire.spoil = [](const auto& request) -> std::optional<Mishap> {
    if (request.url.ends_with("/configure"))
      return answers(202, fmt::format(R"({{"commandId":"{}","status":"accepted"}})", id_in(request.body)));
    if (request.url.find("/status") == std::string::npos) return std::nullopt;
    const auto at = request.url.find("commandId=");
    return answers(200, fmt::format(R"({{"vin":"{}","online":true,"features":{{"seat-heating":{{"state":)"
                                    R"("dormant","generation":0}}}},"command":{{"commandId":"{}","status":)"
                                    R"("applied"}}}})",
                                    kVin, at == std::string::npos ? "" : request.url.substr(at + 10)));
  };
  const ActivationId id = rig.order();
  rig.pass(3h);
  expect_ending(rig, id, kNotDelivered);
  EXPECT_EQ(rig.configures(), 6U);
  EXPECT_EQ(rig.money(world::MoneyEffectKind::voided), 1U);
  ASSERT_EQ(rig.disk.tickets.size(), 1U);
  const std::string& shown = rig.disk.tickets.begin()->second.vehicle_status_snapshot.value;
  EXPECT_TRUE(shown.contains("dormant") && shown.contains("applied")) << shown;
  const auto conflicts = std::ranges::count_if(
      rig.disk.history.at(id), [](const auto& entry) { return entry.detail.contains("not believed"); });
  EXPECT_EQ(conflicts, 6) << "written down once for each command, however often it was polled";
}

TEST(UpstreamEvidence, ARejectionByCallbackWhileThePollSaysAcceptedSpendsTheAttempt) {
  Rig rig;
  rig.wire.spoil = [](const auto& request) -> std::optional<Mishap> {
    if (!request.url.ends_with("/configure") || !request.body.contains("_1\"")) return std::nullopt;
    return answers(202, fmt::format(R"({{"commandId":"{}","status":"accepted"}})", id_in(request.body)));
  };
  const ActivationId id = rig.order();
  rig.pass(5s);
  EXPECT_EQ(rig.call_back(ota::command_id(id, 1), kVin, "rejected", 1, kSecret), 204);
  EXPECT_NE(rig.at(id).state, ota::State::WaitingResponse);
  EXPECT_TRUE(says(rig, id, "told by callback"));
  rig.pass(30min);
  expect_ending(rig, id, kDelivered);
  EXPECT_EQ(rig.configures(), 2U);
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
