// The common models over HTTP: who may, what is taken, what comes back, what nobody gets to see.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "api/fixture.h"
#include "api/routes.h"
#include "charging/catalogue.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr std::string_view kVin = "WBA00000000000001";

class ChargingApi : public ::testing::Test {
 protected:
  Fixture fixture_;

  static std::string stat(int minute, bool charging, std::int64_t kwh) {
    return fmt::format(
        R"({{"provider":"telemetry","device_id":"d-1","vin":"{}","measured_at":"2026-01-01T{:02}:{:02}:00Z",)"
        R"("charging":{},"energy_micro_watt_hours":"{}","latitude":48.1234567,"longitude":11.5}})",
        kVin, minute / 60, minute % 60, charging, kwh * 1'000'000'000);
  }
  static std::string event(std::string_view id, std::string_view more = "") {
    return fmt::format(
        R"({{"provider":"network","provider_event_id":"{}","vin":"{}","started_at":"2026-01-02T10:00:00Z",)"
        R"("ended_at":"2026-01-02T11:00:00Z","energy_kwh":7.4{}}})",
        id, kVin, more);
  }
  Response post_lines(std::string_view target, std::string lines) {
    return fixture_.send({.method = "POST",
                          .target = std::string(target),
                          .body = std::move(lines),
                          .authorization = fixture_.bearer(Role::operator_),
                          .headers = {{"Content-Type", "application/x-ndjson"}}});
  }
  Response patch(const std::string& target, std::string body, Role role = Role::operator_) {
    return fixture_.send({.method = "PATCH",
                          .target = target,
                          .body = std::move(body),
                          .authorization = fixture_.bearer(role),
                          .headers = {{"Content-Type", "application/json"}}});
  }
  std::string a_charge() {
    std::string lines;
    for (int i = 0; i < 4; ++i) lines += stat(20 * i, false, 0) + "\n";
    for (int i = 0; i < 5; ++i) lines += stat(80 + 10 * i, true, i) + "\n";
    for (int i = 0; i < 4; ++i) lines += stat(130 + 20 * i, false, 5) + "\n";
    return lines;
  }
  static json::array items_of(const Response& response) {
    const auto object = object_of(response);
    const auto* items = json::array_at(object, "items");
    return items == nullptr ? json::array() : *items;
  }
};

TEST_F(ChargingApi, HasFourRoutesOfEveryModel) {
  for (const auto& model : charging::models()) {
    const std::string path = fmt::format("/v1/charging/{}", model.route);
    for (const auto& [method, target] : {std::pair<std::string_view, std::string>("GET", path),
                                         {"POST", path},
                                         {"GET", path + "/x"},
                                         {"PATCH", path + "/x"}})
      EXPECT_NE(find_route(method, target).route, nullptr) << method << " " << target;
    const auto list = fixture_.get(path);
    EXPECT_EQ(list.status, 200) << path << list.body;
    EXPECT_TRUE(object_of(list).contains("next_cursor"));
    expect_problem(fixture_.get(path + "/nothing"), 404, path);
    expect_problem(fixture_.get(path + "?colour=red"), 422, path);
    expect_problem(fixture_.get(path + "?cursor=%20"), 422, path);
  }
}

TEST_F(ChargingApi, TakesLinesAndSaysOfEachWhatBecameOfIt) {
  const auto answer =
      post_lines("/v1/charging/stats", a_charge() + "\nnonsense\n" + R"({"provider":"telemetry"})" + "\n");
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto object = object_of(answer);
  EXPECT_EQ(json::integer_at(object, "created"), 13);
  EXPECT_EQ(json::integer_at(object, "refused"), 2);
  EXPECT_EQ(json::integer_at(*json::object_at(object, "sessions"), "created"), 1);
  const auto& results = *json::array_at(object, "results");
  ASSERT_EQ(results.size(), 15U);
  EXPECT_EQ(json::integer_at(results[13].as_object(), "line"), 15) << "empty lines are counted";
  EXPECT_EQ(json::string_at(results[13].as_object(), "outcome"), "refused");
  EXPECT_FALSE(json::array_at(results[14].as_object(), "errors")->empty());
  const auto again = post_lines("/v1/charging/stats?results=problems", a_charge());
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(json::integer_at(object_of(again), "unchanged"), 13);
  EXPECT_TRUE(json::array_at(object_of(again), "results")->empty());
  const auto events = items_of(fixture_.get("/v1/charging/events?vin=" + std::string(kVin)));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].at("energy_kwh"), 5);
}

TEST_F(ChargingApi, OneObjectAnswersAsItselfAndAnArrayWithOutcomes) {
  const auto one = fixture_.post("/v1/charging/events", event("1"));
  ASSERT_EQ(one.status, 201) << one.body;
  EXPECT_EQ(json::integer_at(object_of(one), "version"), 1);
  EXPECT_EQ(fixture_.post("/v1/charging/events", event("1")).status, 200);
  const auto two = fixture_.post("/v1/charging/events", "[" + event("1") + "," + event("2") + ",7]");
  ASSERT_EQ(two.status, 201) << two.body;
  EXPECT_EQ(json::integer_at(object_of(two), "created"), 1);
  EXPECT_EQ(json::integer_at(object_of(two), "unchanged"), 1);
  EXPECT_EQ(json::integer_at(object_of(two), "refused"), 1);
  expect_problem(fixture_.post("/v1/charging/events", event("3", R"(,"colour":"red","version":7)")), 422,
                 "member");
  expect_problem(fixture_.post("/v1/charging/events", "7"), 422, "number");
  expect_problem(fixture_.post("/v1/charging/events", "{"), 400, "broken");
  expect_problem(
      fixture_.post("/v1/charging/stats", R"({"provider":"p","measured_at":"2026-01-01T00:00:00Z"})"), 422,
      "nobody's");
  expect_problem(post_lines("/v1/charging/stats", "\n"), 400, "nothing");
}

TEST_F(ChargingApi, ACorrectionIsTheNextVersionAndAllAreShown) {
  const std::string id = id_of(fixture_.post("/v1/charging/events", event("1")));
  const auto patched = patch("/v1/charging/events/" + id, R"({"energy_kwh": 8.25})");
  ASSERT_EQ(patched.status, 200) << patched.body;
  EXPECT_EQ(json::integer_at(object_of(patched), "version"), 2);
  EXPECT_EQ(json::integer_at(object_of(patched), "supersedes"), 1);
  expect_problem(patch("/v1/charging/events/" + id, R"({"provider_event_id": "2"})"), 422, "identity");
  expect_problem(patch("/v1/charging/events/" + id, R"({"version": 9})"), 422, "ours");
  const auto versions = items_of(fixture_.get("/v1/charging/events/" + id + "/versions"));
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[0].at("energy_kwh"), json::value(7.4));
}

TEST_F(ChargingApi, AQuarantinedEventIsShownAndCanBeMended) {
  const std::string body = event("1", R"(,"direction":"import")");
  std::string wrong = body;
  wrong.replace(wrong.find("11:00"), 5, "09:00");
  const auto taken = fixture_.post("/v1/charging/events", wrong);
  ASSERT_EQ(taken.status, 201);
  EXPECT_EQ(object_of(taken).at("quarantined"), true);
  EXPECT_EQ(items_of(fixture_.get("/v1/charging/events?quarantined=true")).size(), 1U);
  const auto mended = patch("/v1/charging/events/" + id_of(taken), R"({"ended_at": "2026-01-02T11:00:00Z"})");
  ASSERT_EQ(mended.status, 200) << mended.body;
  EXPECT_EQ(object_of(mended).at("quarantined"), false);
  EXPECT_EQ(json::integer_at(object_of(mended), "duration_seconds"), 3600);
}

TEST_F(ChargingApi, TheMarkOfAJobMovesWithItsRecords) {
  (void)post_lines("/v1/charging/stats?job_name=poll&overlap_seconds=60", a_charge());
  const auto marks = items_of(fixture_.get("/v1/charging/last-run-times?job_name=poll"));
  ASSERT_EQ(marks.size(), 1U);
  EXPECT_EQ(marks[0].at("high_water_at"), "2026-01-01T03:10:00.000Z");
  EXPECT_EQ(marks[0].at("overlap_seconds"), 60);
  expect_problem(post_lines("/v1/charging/stats?high_water_at=2026-01-01T00:00:00Z", a_charge()), 422,
                 "no job");
  expect_problem(post_lines("/v1/charging/stats?job_name=p&overlap_seconds=-1", a_charge()), 422, "overlap");
}

TEST_F(ChargingApi, PlainModelsAreMadeOnceAndChanged) {
  const std::string body =
      fmt::format(R"({{"vin":"{}","device_id":"d-1","metadata":{{"colour":"red"}}}})", kVin);
  const auto made = fixture_.post("/v1/charging/vehicles", body);
  ASSERT_EQ(made.status, 201) << made.body;
  expect_problem(fixture_.post("/v1/charging/vehicles", body), 409, "again");
  expect_problem(fixture_.send({.method = "POST",
                                .target = "/v1/charging/vehicles",
                                .body = body,
                                .authorization = fixture_.bearer(Role::operator_),
                                .headers = {{"Content-Type", "application/json"}}}),
                 400, "without a key");
  const std::string path = "/v1/charging/vehicles/" + id_of(made);
  const auto changed = patch(path, R"({"device_name":"blue box","device_id":null})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(object_of(changed).at("device_name"), "blue box");
  EXPECT_TRUE(object_of(changed).at("device_id").is_null());
  expect_problem(patch(path, R"({"vin":null})"), 422, "required");
}

TEST_F(ChargingApi, SecretsGoInSealedAndNeverComeOut) {
  const auto made = fixture_.post(
      "/v1/charging/credentials",
      R"({"name":"n","kind":"login","provider":"p","username":"u","secret":"hunter2"})", Role::admin);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_FALSE(object_of(made).contains("secret"));
  const std::string path = "/v1/charging/credentials/" + id_of(made);
  EXPECT_EQ(fixture_.get(path).body.find("hunter2"), std::string::npos);
  EXPECT_EQ(fixture_.get(path).body.find("sealed"), std::string::npos);
  EXPECT_FALSE(object_of(fixture_.get(path)).at("rotated_at").is_null());
  EXPECT_EQ(patch(path, R"({"secret":"other"})", Role::admin).status, 200);
  EXPECT_EQ(patch(path, R"({"secret":"other"})").status, 403) << "operators do not change credentials";
  EXPECT_EQ(fixture_.get(path, Role::viewer).status, 403);
}

TEST_F(ChargingApi, ASubscriptionNamesWhatIsThere) {
  const std::string client = id_of(fixture_.post("/v1/charging/clients", R"({"name":"c"})", Role::admin));
  const std::string service =
      id_of(fixture_.post("/v1/charging/services", R"({"name":"s","url":"https://example.com/in"})"));
  const auto body = [](std::string_view of, std::string_view to) {
    return fmt::format(R"({{"client_id":"{}","service_id":"{}"}})", of, to);
  };
  EXPECT_EQ(fixture_.post("/v1/charging/client-services", body(client, service)).status, 201);
  expect_problem(fixture_.post("/v1/charging/client-services", body(client, "nothing")), 422, "service");
  expect_problem(fixture_.post("/v1/charging/client-services", body("nothing", service)), 422, "client");
  expect_problem(fixture_.post("/v1/charging/services", R"({"name":"s","url":"ftp://example.com"})"), 422,
                 "url");
  expect_problem(fixture_.post("/v1/charging/services", R"({"name":"s","url":"https://a:b@example.com"})"),
                 422, "user");
}

TEST_F(ChargingApi, AViewerSeesNoFullVinAndNoExactPlace) {
  (void)post_lines("/v1/charging/stats", a_charge());
  for (const std::string_view path : {"/v1/charging/stats", "/v1/charging/events"}) {
    const auto shown = fixture_.get(std::string(path), Role::viewer);
    EXPECT_EQ(shown.status, 200);
    EXPECT_EQ(shown.body.find(kVin), std::string::npos);
    EXPECT_EQ(shown.body.find("48.1234567"), std::string::npos);
    EXPECT_NE(shown.body.find("48.12"), std::string::npos);
    EXPECT_NE(fixture_.get(std::string(path)).body.find("48.1234567"), std::string::npos);
  }
}

TEST_F(ChargingApi, AServiceAccountWithoutAClientSeesNothing) {
  const std::string id = id_of(fixture_.post("/v1/charging/events", event("1")));
  EXPECT_TRUE(items_of(fixture_.get("/v1/charging/events", Role::service)).empty());
  expect_problem(fixture_.get("/v1/charging/events/" + id, Role::service), 404, "foreign");
  EXPECT_EQ(fixture_.post("/v1/charging/events", event("2"), Role::service).status, 403);
  EXPECT_EQ(fixture_.get("/v1/charging/stats", Role::service).status, 403);
}

TEST_F(ChargingApi, StateOfHealthSaysWhatItKnows) {
  expect_problem(fixture_.get("/v1/charging/soh/" + std::string(kVin)), 404, "unknown");
  expect_problem(fixture_.get("/v1/charging/soh/short"), 422, "vin");
  (void)post_lines("/v1/charging/stats", a_charge());
  const auto answer = fixture_.get("/v1/charging/soh/" + std::string(kVin));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(object_of(answer).at("outcome"), "not_enough_data");
  EXPECT_EQ(object_of(answer).at("sessions_missing"), 5);
  EXPECT_EQ(object_of(answer).at("sessions_rejected").as_array().size(), 1U);
}

TEST_F(ChargingApi, ListsArePagedByACursor) {
  (void)post_lines("/v1/charging/stats", a_charge());
  std::set<std::string> seen;
  std::string cursor;
  do {
    const auto page = object_of(fixture_.get("/v1/charging/stats?limit=5&cursor=" + cursor));
    for (const auto& item : *json::array_at(page, "items"))
      EXPECT_TRUE(seen.insert(std::string(json::string_at(item.as_object(), "id").value())).second);
    cursor = json::string_at(page, "next_cursor").value_or("");
  } while (!cursor.empty());
  EXPECT_EQ(seen.size(), 13U);
}

}  // namespace
}  // namespace contactor::api
