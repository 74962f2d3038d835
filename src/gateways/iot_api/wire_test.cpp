#include "gateways/iot_api/wire.h"

#include <gtest/gtest.h>

#include "gateways/testing/scripted_transport.h"

namespace contactor::gateways::iot_api {
namespace {

using testing::answer;

const Vin kVin = *Vin::parse("WVWZZZ1JZXW000001");
const Instant kNow = Instant::from_millis(1'800'000'000'000);

constexpr const char* kFull =
    R"({"vin":"WVWZZZ1JZXW000001","online":true,"signalStrengthDbm":-71,"firmwareVersion":"4.2",
"state":"parked",
"features":{"heated_seats":{"state":"active","generation":4},"autopark":{"state":"dormant","generation":1}},
"command":{"commandId":"c1","status":"rejected","error":{"code":"vehicle_incompatible","message":"no heater"}},
"telemetry":{"batteryPercent":80,"latitude":52.52437}})";

Result<ota::VehicleStatus> status(const std::string& body, int http_status = 200) {
  return read_status(answer(http_status, body), kVin, "c1", kNow);
}

std::string with_command(const std::string& command) {
  return R"({"vin":"WVWZZZ1JZXW000001","online":true,"command":)" + command + "}";
}

TEST(IotApiWire, ReadsAConfigureAnswer) {
  const auto facts =
      read_configure(answer(200, R"({"commandId":"c1","status":"applied","confirmed":true})"), "c1", kNow);
  EXPECT_TRUE(facts.body_understood);
  EXPECT_EQ(facts.status, ota::CommandStatus::applied);
  EXPECT_TRUE(facts.confirmed);
}

TEST(IotApiWire, AnAnswerAboutAnotherCommandIsNotUnderstood) {
  for (const char* body :
       {R"({"commandId":"c2","status":"applied","confirmed":true})", R"({"status":"accepted"})",
        R"({"commandId":7,"status":"accepted"})", R"({"commandId":"c1"})", R"({"commandId":"c1","status":1})",
        R"({"commandId":"c1","status":"applied","confirmed":"yes"})", "", "{", "[]", "<html>", "null"}) {
    const auto facts = read_configure(answer(200, body), "c1", kNow);
    EXPECT_FALSE(facts.body_understood) << body;
    EXPECT_FALSE(facts.confirmed) << body;
  }
}

TEST(IotApiWire, ReadsAnErrorAndItsPause) {
  const auto facts = read_configure(
      answer(429, R"({"error":{"code":"rate_limited","message":"ten an hour"}})", {{"retry-after", "360"}}),
      "c1", kNow);
  EXPECT_EQ(facts.error_code, "rate_limited");
  EXPECT_EQ(facts.error_message, "ten an hour");
  EXPECT_EQ(facts.retry_after, std::chrono::minutes(6));
  EXPECT_EQ(read_configure(answer(500, R"({"error":"internal"})"), "c1", kNow).error_code, "");
}

TEST(IotApiWire, ALongErrorCodeIsCutBetweenCharacters) {
  const std::string code(63, 'x');
  const auto facts = read_configure(answer(500, R"({"error":{"code":")" + code + R"(é"}})"), "c1", kNow);
  EXPECT_EQ(facts.error_code, code);
}

TEST(IotApiWire, ReadsAFullStatus) {
  const auto read = status(kFull);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->online);
  EXPECT_EQ(read->signal_strength_dbm, -71);
  EXPECT_EQ(read->firmware_version, "4.2");
  EXPECT_EQ(read->drive_state, "parked");
  ASSERT_EQ(read->features.size(), 2U);
  EXPECT_TRUE(read->features[0].active);
  EXPECT_EQ(read->features[0].generation, 4U);
  EXPECT_FALSE(read->features[1].active);
  EXPECT_EQ(read->command, ota::CommandStatus::rejected);
  EXPECT_EQ(read->command_failure.category, ota::FailureCategory::VehicleIncompatible);
  EXPECT_EQ(read->command_failure.message, "no heater");
  EXPECT_NE(read->snapshot.find("\"batteryPercent\":80"), std::string::npos);
  EXPECT_EQ(read->snapshot.find("52.52"), std::string::npos);
}

TEST(IotApiWire, SaysOfACommandOnlyWhatIsSaidOfOurs) {
  EXPECT_EQ(status(with_command(R"({"commandId":"other","status":"applied"})"))->command,
            ota::CommandStatus::unknown);
  EXPECT_EQ(status(with_command(R"({"status":"applied"})"))->command, ota::CommandStatus::unknown);
  EXPECT_EQ(status(with_command(R"({"commandId":"c1","status":"evaporated"})"))->command,
            ota::CommandStatus::unknown);
  EXPECT_EQ(status(with_command("null"))->command, ota::CommandStatus::unknown);
  EXPECT_EQ(status(with_command(R"({"commandId":"c1","status":"delivered"})"))->command,
            ota::CommandStatus::delivered);
  EXPECT_EQ(read_status(answer(200, with_command(R"({"commandId":"","status":"applied"})")), kVin, "", kNow)
                ->command,
            ota::CommandStatus::unknown);
}

TEST(IotApiWire, ASilentCommandGetsACategory) {
  const auto timed_out = status(with_command(R"({"commandId":"c1","status":"timed_out"})"))->command_failure;
  EXPECT_EQ(timed_out.category, ota::FailureCategory::VehicleOffline);
  EXPECT_EQ(timed_out.code, "timed_out");
  const auto rejected =
      status(with_command(R"({"commandId":"c1","status":"rejected","error":"invalid_configuration"})"))
          ->command_failure;
  EXPECT_EQ(rejected.category, ota::FailureCategory::InvalidConfiguration);
}

TEST(IotApiWire, WrongTypesAndOtherVehiclesAreProtocolErrors) {
  for (const char* body :
       {R"({"vin":"WVWZZZ1JZXW000002","online":true})", R"({"online":true})",
        R"({"vin":"WVWZZZ1JZXW000001"})", R"({"vin":"WVWZZZ1JZXW000001","online":"yes"})",
        R"({"vin":"WVWZZZ1JZXW000001","online":true,"features":[]})",
        R"({"vin":"WVWZZZ1JZXW000001","online":true,"features":{"a":1}})",
        R"({"vin":"WVWZZZ1JZXW000001","online":true,"features":{"a":{"state":"active","generation":-1}}})",
        R"({"vin":"WVWZZZ1JZXW000001","online":true,"signalStrengthDbm":"strong"})",
        R"({"vin":"WVWZZZ1JZXW000001","online":true,"command":"c1"})",
        R"({"vin":"WVWZZZ1JZXW000001","online":true,"command":{"commandId":7}})",
        R"({"vin":"WVWZZZ1JZXW000001","online":true,"error":{"code":"internal"}})", "", "[]", "{", "<html>"})
    EXPECT_EQ(status(body).error().kind, ErrorKind::protocol) << body;
}

TEST(IotApiWire, ErrorAnswersKeepTheirMeaning) {
  EXPECT_EQ(status("", 404).error().kind, ErrorKind::not_found);
  EXPECT_EQ(status("", 403).error().kind, ErrorKind::unauthorized);
  EXPECT_EQ(status(R"({"error":{"code":"rate_limited"}})", 403).error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(status("", 429).error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(status("", 503).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(status("", 504).error().kind, ErrorKind::timed_out);
  EXPECT_EQ(status("", 418).error().kind, ErrorKind::invalid);
  for (const int odd : {100, 204, 302, 600})
    EXPECT_EQ(status("", odd).error().kind, ErrorKind::protocol) << odd;
}

TEST(IotApiWire, EveryCutOfAStatusIsAnErrorAndNoCrash) {
  const std::string full = kFull;
  for (std::size_t size = 0; size < full.size(); ++size) EXPECT_FALSE(status(full.substr(0, size))) << size;
}

TEST(IotApiWire, ReadsHealth) {
  const auto health = read_health(
      answer(
          200,
          R"({"reachable":true,"lastSeenAt":"2026-11-21T06:38:14Z","signalStrengthDbm":-90.5,"network":"LTE"})"),
      kNow);
  ASSERT_TRUE(health);
  EXPECT_TRUE(health->reachable);
  EXPECT_EQ(health->network, "LTE");
  EXPECT_EQ(health->signal_strength_dbm, -90);
  EXPECT_EQ(to_rfc3339(*health->last_seen_at), "2026-11-21T06:38:14.000Z");
  EXPECT_FALSE(read_health(answer(200, R"({"reachable":true,"lastSeenAt":"yesterday"})"), kNow));
  EXPECT_FALSE(read_health(answer(200, "{}"), kNow));
}

TEST(IotApiWire, ReadsHistoryInTheOrderOfTime) {
  const auto history = read_history(answer(200,
                                           R"({"items":[{"commandId":"b","serviceId":"s","action":"disable",
         "status":"applied","at":"2026-01-02T00:00:00Z","source":"us"},
        {"commandId":"a","serviceId":"s","action":"enable","status":"whatever","at":"2026-01-01T00:00:00Z"},
        {"commandId":"c","serviceId":"s","action":"flash","status":"applied","at":"2026-01-03T00:00:00Z"}]})"),
                                    kNow);
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ(history->front().command_id, "a");
  EXPECT_TRUE(history->front().enable);
  EXPECT_EQ(history->front().status, ota::CommandStatus::unknown);
  EXPECT_FALSE(history->back().enable);
  for (const char* body : {"{}", R"({"items":{}})", R"({"items":[7]})", R"({"items":[{"action":"enable"}]})"})
    EXPECT_EQ(read_history(answer(200, body), kNow).error().kind, ErrorKind::protocol) << body;
}

}  // namespace
}  // namespace contactor::gateways::iot_api
