#include "gateways/iot_api/callback.h"

#include <gtest/gtest.h>

#include <array>

namespace contactor::gateways::iot_api {
namespace {

const std::array kSecrets{Secret("whsec_b3VyIHNlY3JldA==")};
const Instant kNow = Instant::from_millis(1'800'000'000'000);
const std::string kApplied =
    R"({"commandId":"c1","vin":"WVWZZZ1JZXW000001","status":"applied","generation":4,"at":"2026-11-21T06:38:14Z"})";

Result<Callback> read_signed(const std::string& body, Instant read_at = kNow) {
  const std::string signature = *crypto::sign_webhook(
      {.id = "evt_1", .timestamp_seconds = kNow.millis() / 1000, .body = body}, kSecrets[0]);
  return read_callback({.id = "evt_1", .timestamp = "1800000000", .signature = signature}, body, kSecrets,
                       read_at);
}

TEST(IotCallback, ReadsWhatIsSigned) {
  const auto callback = read_signed(kApplied);
  ASSERT_TRUE(callback);
  EXPECT_EQ(callback->command_id, "c1");
  EXPECT_EQ(callback->vin.str(), "WVWZZZ1JZXW000001");
  EXPECT_EQ(callback->status, ota::CommandStatus::applied);
  EXPECT_EQ(callback->generation, 4U);
}

TEST(IotCallback, TellsWhyACommandFailed) {
  const auto callback = read_signed(
      R"({"commandId":"c1","vin":"WVWZZZ1JZXW000001","status":"rejected","generation":4,"at":"2026-11-21T06:38:14Z",
          "error":{"code":"vehicle_offline","message":"asleep"}})");
  ASSERT_TRUE(callback);
  EXPECT_EQ(callback->failure.category, ota::FailureCategory::VehicleOffline);
  EXPECT_EQ(callback->failure.message, "asleep");
}

TEST(IotCallback, RefusesForgedAndStaleOnes) {
  EXPECT_EQ(read_callback({.id = "evt_1", .timestamp = "1800000000", .signature = "v1,AAAA"}, kApplied,
                          kSecrets, kNow)
                .error()
                .kind,
            ErrorKind::unauthorized);
  EXPECT_EQ(read_signed(kApplied, kNow + std::chrono::hours(1)).error().kind, ErrorKind::unauthorized);
  EXPECT_EQ(read_signed(kApplied, kNow - std::chrono::hours(1)).error().kind, ErrorKind::unauthorized);
}

TEST(IotCallback, RefusesAuthenticNonsense) {
  for (
      const char* body :
      {"", "{}", "[]", "{",
       R"({"commandId":"c1","vin":"WVW","status":"applied","generation":4,"at":"2026-11-21T06:38:14Z"})",
       R"({"commandId":"c1","vin":"WVWZZZ1JZXW000001","status":"accepted","generation":4,"at":"2026-11-21T06:38:14Z"})",
       R"({"commandId":"","vin":"WVWZZZ1JZXW000001","status":"applied","generation":4,"at":"2026-11-21T06:38:14Z"})",
       R"({"commandId":"c1","vin":"WVWZZZ1JZXW000001","status":"applied","generation":-4,"at":"2026-11-21T06:38:14Z"})",
       R"({"commandId":"c1","vin":"WVWZZZ1JZXW000001","status":"applied","generation":4,"at":"now"})",
       R"({"commandId":"c1","vin":"WVWZZZ1JZXW000001","status":"applied","generation":4})"})
    EXPECT_EQ(read_signed(body).error().kind, ErrorKind::invalid) << body;
}

}  // namespace
}  // namespace contactor::gateways::iot_api
