#include "gateways/tesla/wire.h"

#include <gtest/gtest.h>

#include "fleet/reasons.h"
#include "gateways/tesla/auth.h"
#include "gateways/tesla/telemetry.h"
#include "gateways/testing/scripted_transport.h"
#include "json/json.h"

namespace contactor::gateways::tesla {
namespace {

using fleet::Standing;
using std::chrono::hours;
using std::chrono::seconds;
using testing::answer;

const Vin kFirst = Vin::parse("5YJ3E7EB0NF000001").value();
const Vin kSecond = Vin::parse("5YJ3E7EB0NF000002").value();

Result<fleet::CloudState> look(const std::string& response) {
  return read_look(answer(200, R"({"response":)" + response + "}"), Instant());
}

ports::HttpResponse error_answer(int status, const std::string& error,
                                 std::vector<ports::HttpHeader> headers = {}) {
  return answer(status,
                fmt::format(R"({{"response":null,"error":"{}","error_description":"","txid":"1"}})", error),
                std::move(headers));
}

std::vector<Result<fleet::CloudState>> created(const std::string& response) {
  return read_created(answer(200, R"({"response":)" + response + "}"), {kFirst, kSecond}, Instant());
}

// oem.md 2.3 [D]: active needs synced *and* a configuration.
TEST(TeslaWire, ActiveIsStoredAndSynced) {
  EXPECT_EQ(look(R"({"synced":true,"config":{"port":1}})")->standing, Standing::active);
  EXPECT_EQ(look(R"({"synced":false,"config":{"port":1}})")->standing, Standing::pending);
  EXPECT_EQ(look(R"({"synced":false,"config":null})")->standing, Standing::inactive);
}

// oem.md 2.3 [D], 12.7
TEST(TeslaWire, SyncedWithoutConfigurationIsASilentRejection) {
  for (const char* text :
       {R"({"synced":true,"config":null,"limit_reached":true})", R"({"synced":true,"config":null})"}) {
    const auto state = look(text);
    EXPECT_EQ(state->standing, Standing::refused);
    EXPECT_EQ(state->reason, "silently_rejected");
  }
  EXPECT_EQ(look(R"({"synced":true,"config":null,"limit_reached":false})")->standing, Standing::inactive);
}

// oem.md 2.2 [D]
TEST(TeslaWire, AnUnpairedKeyIsAReason) {
  EXPECT_EQ(look(R"({"synced":false,"config":null,"key_paired":false})")->reason, "missing_key");
}

TEST(TeslaWire, ALookThatLacksHalfIsNotUnderstood) {
  for (const char* text :
       {"{}", R"({"synced":true})", R"({"config":null})", R"({"synced":"yes","config":null})",
        R"({"synced":true,"config":[]})", "null", "[]"})
    EXPECT_EQ(look(text).error().kind, ErrorKind::protocol) << text;
}

// oem.md 2.2 and 2.3 [D]: the four lists.
TEST(TeslaWire, ASkippedVehicleSaysWhy) {
  for (const char* reason : {"missing_key", "unsupported_hardware", "unsupported_firmware", "max_configs"}) {
    const auto answers = created(
        fmt::format(R"({{"updated_vehicles":1,"skipped_vehicles":{{"{}":["{}"]}}}})", reason, kSecond.str()));
    EXPECT_EQ(answers[0]->standing, Standing::pending);
    EXPECT_EQ(answers[1]->standing, Standing::refused);
    EXPECT_EQ(answers[1]->reason, reason);
  }
}

TEST(TeslaWire, AListThatIsNewIsARefusalToo) {
  const auto answers = created(
      fmt::format(R"({{"updated_vehicles":1,"skipped_vehicles":{{"on_the_moon":["{}"]}}}})", kFirst.str()));
  EXPECT_EQ(answers[0]->reason, "unknown");
  EXPECT_NE(answers[0]->detail.find("on_the_moon"), std::string::npos);
}

// RULINGS T44: the count must cover who is in no list.
TEST(TeslaWire, ACountThatIsTooSmallLeavesVehiclesUnknown) {
  const auto answers = created(R"({"updated_vehicles":1})");
  EXPECT_EQ(answers[0]->standing, Standing::unknown);
  EXPECT_EQ(answers[1]->standing, Standing::unknown);
  for (const auto& one : created(R"({"updated_vehicles":2})")) EXPECT_EQ(one->standing, Standing::pending);
}

// oem.md 2.2 [D]: 0 where nothing was configured.
TEST(TeslaWire, DeletingNothingIsDeleted) {
  EXPECT_EQ(read_deleted(answer(200, R"({"response":{"updated_vehicles":0}})"), Instant())->standing,
            Standing::inactive);
  EXPECT_EQ(read_deleted(answer(200, R"({"response":{}})"), Instant()).error().applied, Applied::maybe);
}

// oem.md 2.3 [D]: the configuration goes with the owner's consent.
TEST(TeslaWire, WhatIsNotSharedAnyMoreIsInactiveWhenItShallBe) {
  const auto state = read_deleted(error_answer(404, "not_found"), Instant());
  EXPECT_EQ(state->standing, Standing::inactive);
  EXPECT_EQ(state->reason, "not_shared");
}

// oem.md 2.3 [D]: the table of status codes.
TEST(TeslaWire, AStatusInTeslasWordsIsAReason) {
  const std::tuple<int, const char*, const char*> rows[]{
      {402, "payment_required", "billing_limit"},
      {403, "Unauthorized missing scopes", "scopes_missing"},
      {403, "vehicle is not supported", "unknown"},
      {404, "not_found", "not_shared"},
      {412, "account must be registered", "wrong_region"},
      {421, "user out of region", "wrong_region"},
      {401, "mobile_access_disabled", "mobile_access_disabled"},
      {423, "locked", "account_locked"},
      {451, "privacy", "privacy"}};
  for (const auto& [status, error, reason] : rows) {
    const auto state = read_look(error_answer(status, error), Instant());
    ASSERT_TRUE(state) << status;
    EXPECT_EQ(state->standing, Standing::refused) << status;
    EXPECT_EQ(state->reason, reason) << status;
    EXPECT_NE(state->detail.find(error), std::string::npos);
  }
}

TEST(TeslaWire, EveryReasonIsOnRecordWithWhatToDo) {
  for (const char* key : {"missing_key", "unsupported_hardware", "unsupported_firmware", "max_configs",
                          "silently_rejected", "not_synced", "not_shared", "wrong_region", "billing_limit",
                          "scopes_missing", "mobile_access_disabled", "account_locked", "privacy"})
    EXPECT_EQ(fleet::find_reason(fleet::Oem::tesla, key).key, key);
}

TEST(TeslaWire, AStatusThatIsOursOrTheirsIsAnError) {
  const std::tuple<int, ErrorKind, Applied> rows[]{
      {400, ErrorKind::invalid, Applied::no},        {401, ErrorKind::unauthorized, Applied::no},
      {408, ErrorKind::timed_out, Applied::no},      {422, ErrorKind::invalid, Applied::no},
      {424, ErrorKind::invalid, Applied::no},        {429, ErrorKind::rate_limited, Applied::no},
      {500, ErrorKind::unavailable, Applied::maybe}, {503, ErrorKind::unavailable, Applied::maybe},
      {504, ErrorKind::timed_out, Applied::maybe},   {540, ErrorKind::unavailable, Applied::maybe}};
  for (const auto& [status, kind, applied] : rows) {
    const auto state = read_created(error_answer(status, "words"), {kFirst}, Instant()).front();
    ASSERT_FALSE(state) << status;
    EXPECT_EQ(state.error().kind, kind) << status;
    EXPECT_EQ(state.error().applied, applied) << status;
  }
}

TEST(TeslaWire, APageOfSomebodyElseSaysNothingAboutAVehicle) {
  for (const int status : {401, 402, 403, 404, 412, 421}) {
    const auto state = read_deleted(answer(status, "<html>no</html>"), Instant());
    ASSERT_FALSE(state) << status;
    EXPECT_EQ(state.error().kind, ErrorKind::protocol) << status;
    EXPECT_EQ(state.error().applied, Applied::maybe) << status;
  }
}

// oem.md 2.3 [D]: the pause is in the header or in the text.
TEST(TeslaWire, ThePauseIsReadFromHeaderOrText) {
  const auto pause = [](const ports::HttpResponse& response) {
    return read_look(response, Instant()).error().retry_after;
  };
  EXPECT_EQ(pause(error_answer(429, "Retry in 60 seconds", {{"Retry-After", "7"}})), seconds(7));
  EXPECT_EQ(pause(error_answer(429, "Account disabled: EXCEEDED_LIMIT. Retry in 36000 seconds")), hours(10));
  EXPECT_EQ(pause(answer(429, "Retry in 99999999999999 seconds")), hours(24 * 7));
  EXPECT_EQ(pause(answer(429, "Retry in 99999999999999999999 seconds")), std::nullopt);
  EXPECT_EQ(pause(answer(429, "Retry in -5 seconds")), std::nullopt);
  EXPECT_EQ(pause(answer(429, "Retry in a while")), std::nullopt);
}

// oem.md 2.1 [D]
TEST(TeslaWire, TheRightHostIsReadFromAltSvc) {
  const auto host = [](const char* text) { return host_of_421(answer(421, "", {{"Alt-Svc", text}})); };
  EXPECT_EQ(host("h2=https://fleet-api.prd.na.vn.cloud.tesla.com"), "fleet-api.prd.na.vn.cloud.tesla.com");
  EXPECT_EQ(host("h2=\"https://na.test\"; ma=86400"), "na.test");
  EXPECT_EQ(host("h3=https://x.test"), std::nullopt);
  EXPECT_EQ(host("h2=https://"), std::nullopt);
  EXPECT_EQ(host(""), std::nullopt);
  EXPECT_EQ(host_of_421(answer(200, "", {{"Alt-Svc", "h2=https://na.test"}})), std::nullopt);
}

fleet::ModelFacts facts_of(const std::string& code, const std::string& shown, const std::string& model,
                           const Vin& vin) {
  fleet::ModelFacts facts;
  const auto response = answer(
      200, fmt::format(
               R"({{"codes":[{{"code":"$PPSW","displayName":"White"}},{{"code":"{}","displayName":"{}"}}]}})",
               code, shown));
  EXPECT_TRUE(read_options(response, vin, model, facts, Instant()));
  return facts;
}

// oem.md 2.5 [C]
TEST(TeslaWire, TheVersionIsTheFirstModelCode) {
  EXPECT_EQ(facts_of("$MT301", "Model 3 Standard Range Plus RWD", "model 3", kFirst).version, "MT301");
  EXPECT_EQ(facts_of("$XX01", "", "model 3", kFirst).version, "MTU");
  EXPECT_EQ(facts_of("$XX01", "", "model 3", kFirst).type, "");
}

// oem.md 2.5 [C]: two batteries under one code.
TEST(TeslaWire, ThePlantTellsTheBatteryOfMty13) {
  EXPECT_EQ(facts_of("$MTY13", "", "model y", Vin::parse("LRWYGCEK1NC000001").value()).version, "MTY13C");
  EXPECT_EQ(facts_of("$MTY13", "", "model y", Vin::parse("XP7YGCEK1PB000001").value()).version, "MTY13B");
}

// oem.md 2.5 [C]: the first match wins.
TEST(TeslaWire, TheTypeIsReadFromTheShownName) {
  const std::tuple<const char*, const char*, const char*> rows[]{
      {"model 3", "Model 3 Standard Range Plus RWD", "rwd"},
      {"model 3", "Model 3 Rear-Wheel Drive", "rwd"},
      {"model 3", "Model 3 Performance Dual Motor", "performance"},
      {"model 3", "Model 3 Long Range All-Wheel Drive", "long range awd"},
      {"model s", "Model S 100D", "100d"},
      {"model s", "Model S Long Range Plus", "long range plus"},
      {"model s", "Model S Long Range", "long range"},
      {"model s", "Model S Plaid", "plaid"},
      {"model x", "Model X Long Range Plus", "long range plus"},
      {"model y", "Model Y Long Range RWD", "long range rwd"},
      {"model y", "Model Y Long Range All-Wheel Drive", "long range awd"},
      {"model y", "Model Y Performance AWD", "performance"},
      {"model y", "Model Y Rear Wheel Drive", "rwd"},
      {"model y", "Model Y", ""},
      {"cybertruck", "Long Range", ""}};
  for (const auto& [model, shown, type] : rows)
    EXPECT_EQ(facts_of("$MT000", shown, model, kFirst).type, type) << shown;
}

fleet::ModelFacts warranty_of(const std::string& list) {
  fleet::ModelFacts facts;
  EXPECT_TRUE(read_warranty(answer(200, R"({"activeWarranty":)" + list + "}"), facts, Instant()));
  return facts;
}

// oem.md 2.5 [C]: the second entry is the battery's.
TEST(TeslaWire, TheBatterysWarrantyIsTheSecond) {
  const auto facts = warranty_of(
      R"([{"coverageAgeInYears":4,"expirationOdometer":80000,"expirationDate":"2027-06-30T00:00:00Z"},)"
      R"({"coverageAgeInYears":8,"expirationOdometer":192000,"expirationDate":"2031-06-30T00:00:00Z"}])");
  EXPECT_EQ(facts.warranty_years, 8);
  EXPECT_EQ(facts.warranty_km, 192'000);
  using std::chrono::sys_days;
  using namespace std::chrono_literals;
  EXPECT_EQ(facts.first_registration, sys_days(2023y / 6 / 30));
}

// oem.md 12.12 [C]: a list of one ended the whole run.
TEST(TeslaWire, OneWarrantyOrNoneIsNoFailure) {
  EXPECT_EQ(warranty_of(R"([{"coverageAgeInYears":4}])").warranty_years, std::nullopt);
  EXPECT_EQ(warranty_of("[]").warranty_km, std::nullopt);
  EXPECT_EQ(warranty_of(R"([1,2])").warranty_km, std::nullopt);
}

// oem.md 2.5 [C] stored 240 000; a limit that nobody set is no limit.
TEST(TeslaWire, AnUnlimitedWarrantyStaysUnlimited) {
  EXPECT_EQ(warranty_of(R"([{},{"expirationOdometer":9999999}])").warranty_km, kUnlimitedKm);
}

TEST(TeslaWire, AStartOnTheTwentyNinthOfFebruaryIsADay) {
  using std::chrono::sys_days;
  using namespace std::chrono_literals;
  EXPECT_EQ(warranty_of(R"([{},{"coverageAgeInYears":5,"expirationDate":"2032-02-29T00:00:00Z"}])")
                .first_registration,
            sys_days(2027y / 2 / 28));
}

// oem.md 2.1 [D]: the words of a bad code.
TEST(TeslaAuth, ABadCodeIsARefusedCredential) {
  for (const char* word :
       {"invalid_auth_code", "invalid_redirect_url", "unauthorized_client", "login_required"})
    EXPECT_EQ(read_grant(answer(400, fmt::format(R"({{"error":"{}"}})", word)), Instant()).error().kind,
              ErrorKind::unauthorized)
        << word;
}

// oem.md 2.1 [C]: the form of a business' login.
TEST(TeslaAuth, ABusinessLogsInWithItsCode) {
  auto grant = business_grant({.token_url = "https://auth.test/token",
                               .client_id = "id",
                               .client_secret = Secret("s&cret"),
                               .audience = "https://fleet-api.prd.eu.vn.cloud.tesla.com"},
                              Secret("EU_code"));
  const auto request = grant(Instant()).value();
  EXPECT_EQ(request.body,
            "grant_type=client_credentials&client_id=id&client_secret=s%26cret&audience=https%3A%2F%2Ffleet-"
            "api.prd."
            "eu.vn.cloud.tesla.com&auth_code=EU_code&scope=openid%20offline_access%20user_data%20vehicle_"
            "device_data%"
            "20vehicle_cmds%20vehicle_charging_cmds%20energy_device_data");
}

// oem.md 2.2 [C]: 55 fields; 3.5 [D]: the claims.
TEST(TeslaTelemetry, ConfiguresFiftyFiveFields) {
  const std::string text = telemetry_config({.hostname = "t.test", .port = 8443, .ca = "PEM"});
  const auto config = json::parse(text).value().as_object();
  EXPECT_EQ(config.at("fields").as_object().size(), 55U);
  EXPECT_EQ(config.at("fields").at("Soc").at("interval_seconds").as_int64(), 30);
  EXPECT_EQ(config.at("fields").at("CarType").at("interval_seconds").as_int64(), 21600);
  EXPECT_EQ(config.at("hostname").as_string(), "t.test");
  EXPECT_EQ(config.at("alert_types").as_array().size(), 1U);
  EXPECT_FALSE(config.contains("iss"));
}

TEST(TeslaTelemetry, TheSameConfigurationIsTheSameToken) {
  const auto key = crypto::SchnorrKey::from_scalar(Secret(std::string(31, '\0') + "\x07")).value();
  const TelemetryTarget target{.hostname = "t.test", .port = 8443, .ca = "PEM"};
  EXPECT_EQ(signed_telemetry_config(target, key), signed_telemetry_config(target, key));
}

}  // namespace
}  // namespace contactor::gateways::tesla
