#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/fixture.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr std::string_view kKia = "KNAZZZ1ZZ00000001";

std::string wished(std::string_view vin = kKia) {
  return R"({"vin":")" + std::string(vin) + R"(","fleet":"depot","activation_requested_status":true})";
}

/// Waits for a run that a POST has begun.
json::object run_to_end(Fixture& fixture, const Response& begun) {
  EXPECT_EQ(begun.status, 202) << begun.body;
  const auto id = id_of(begun);
  for (int i = 0; i < 100; ++i) {
    fixture.pass(std::chrono::seconds(1));
    auto run = object_of(fixture.get("/v1/fleet/runs/" + id));
    if (json::string_at(run, "state") != "running") return run;
  }
  ADD_FAILURE() << "the run did not end";
  return {};
}

TEST(FleetApi, AVehicleIsPutOnRecordAndShown) {
  Fixture fixture;
  const auto created = fixture.post("/v1/fleet/vehicles", wished());
  ASSERT_EQ(created.status, 201) << created.body;
  const auto shown = object_of(fixture.get("/v1/fleet/vehicles/" + std::string(kKia)));
  EXPECT_EQ(json::string_at(shown, "oem"), "kia");
  EXPECT_EQ(json::string_at(shown, "activation_status_message"), "ACTIVATION REQUESTED");
  EXPECT_TRUE(shown.at("activation_status").is_null()) << "nobody has looked yet";
  EXPECT_TRUE(shown.at("wanted").at("active").as_bool());
}

TEST(FleetApi, ARepeatUnderTheSameKeyGetsTheSameAnswer) {
  Fixture fixture;
  const auto ask = [&](std::string body) {
    return fixture.send({.method = "POST",
                         .target = "/v1/fleet/vehicles",
                         .body = std::move(body),
                         .authorization = fixture.bearer(Role::operator_),
                         .headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", "k"}}});
  };
  const auto first = ask(wished());
  ASSERT_EQ(first.status, 201) << first.body;
  const auto again = ask(wished());
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(header(again, "Idempotency-Replayed"), "true");
  expect_problem(ask(wished("KNAZZZ1ZZ00000002")), 422, "another body");
}

TEST(FleetApi, TotalsAndRunsAreListedForTheConsole) {
  Fixture fixture;
  ASSERT_EQ(fixture.post("/v1/fleet/vehicles", wished()).status, 201);
  ASSERT_EQ(fixture.post("/v1/fleet/vehicles", wished("ZARZZZ1ZZ00000001")).status, 201);
  EXPECT_TRUE(object_of(fixture.get("/v1/fleet/runs")).at("items").as_array().empty());
  const auto run = run_to_end(fixture, fixture.post("/v1/fleet/runs", "{}"));
  const auto runs = object_of(fixture.get("/v1/fleet/runs", Role::viewer)).at("items").as_array();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].at("id"), run.at("id"));
  EXPECT_EQ(runs[0].at("state"), "ended");
  const auto totals = object_of(fixture.get("/v1/fleet/totals", Role::viewer)).at("items").as_array();
  ASSERT_EQ(totals.size(), 2U);
  EXPECT_EQ(totals[0].at("oem"), "kia");
  EXPECT_EQ(totals[0].at("active"), 1);
  EXPECT_TRUE(totals[1].at("oem").is_null()) << "a make without a cloud";
  EXPECT_EQ(fixture.get("/v1/fleet/totals", Role::service).status, 403);
}

TEST(FleetApi, AVehicleIsExplainedBeforeAndAfterItsRun) {
  Fixture fixture;
  const auto explained = [&](Role role = Role::viewer) {
    return object_of(fixture.get("/v1/explain/" + std::string(kKia), role));
  };
  expect_problem(fixture.get("/v1/explain/" + std::string(kKia)), 404, "not on record");
  ASSERT_EQ(fixture.post("/v1/fleet/vehicles", wished()).status, 201);
  const auto before = explained(Role::operator_);
  EXPECT_EQ(json::string_at(before, "subject"), kKia);
  EXPECT_THAT(std::string(*json::string_at(before, "wanted")), ::testing::StartsWith("on ("));
  EXPECT_THAT(std::string(*json::string_at(before, "observed")), ::testing::HasSubstr("never read"));
  EXPECT_EQ(json::string_at(before, "next"), "the next run looks at it");
  EXPECT_EQ(json::string_at(before.at("fleet").as_object(), "vin"), kKia);
  run_to_end(fixture, fixture.post("/v1/fleet/runs", "{}"));
  const auto after = explained(Role::operator_);
  EXPECT_THAT(std::string(*json::string_at(after, "observed")), ::testing::StartsWith("active, read "));
  EXPECT_FALSE(after.at("next_at").is_null());
  EXPECT_EQ(json::serialize(explained()).find(kKia), std::string::npos) << "a viewer sees no VIN";
}

TEST(FleetApi, AVinExplainsTheVehicleAndItsNewestOrder) {
  Fixture fixture;
  const std::string vin = "WBA00000000000001";
  fixture.car_refuses(true);
  const auto id = id_of(fixture.post("/v1/ota/activations", order_body()));
  fixture.pass(std::chrono::minutes(10));
  ASSERT_EQ(fixture.post("/v1/fleet/vehicles", wished(vin)).status, 201);
  const auto both = object_of(fixture.get("/v1/explain/" + vin, Role::operator_));
  EXPECT_EQ(json::string_at(both, "subject"), id);
  EXPECT_EQ(json::string_at(both.at("fleet").as_object(), "vin"), vin);
  const auto words = fixture.ask_locally("GET", "/local/explain/" + vin).body;
  EXPECT_THAT(words, ::testing::HasSubstr(id + ": "));
  EXPECT_THAT(words, ::testing::HasSubstr("data connection of " + vin));
  // A service account knows of its own orders, and not of the fleet.
  EXPECT_EQ(fixture.get("/v1/explain/" + vin, Role::service).status, 404);
}

TEST(FleetApi, ManyVehiclesAreTakenWithOneOutcomeEach) {
  Fixture fixture;
  ASSERT_EQ(fixture.post("/v1/fleet/vehicles", wished()).status, 201);
  const auto answer =
      fixture.post("/v1/fleet/vehicles", R"({"items":[)" + wished() + "," + wished("KNAZZZ1ZZ00000002") +
                                             R"(,{"vin":"KNAZZZ1ZZ00000001","fleet":"other"}]})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto document = object_of(answer);
  const auto& items = *json::array_at(document, "items");
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].at("outcome"), "unchanged");
  EXPECT_EQ(items[1].at("outcome"), "created");
  EXPECT_EQ(items[2].at("outcome"), "claimed");
  EXPECT_EQ(items[2].at("claimed_by"), "depot");
}

TEST(FleetApi, BadVehiclesAreRefusedWithEverythingThatIsWrong) {
  Fixture fixture;
  const auto answer = fixture.post(
      "/v1/fleet/vehicles", R"({"items":[{"vin":"SHORT"},)" + wished() +
                                R"(,{"vin":"KNAZZZ1ZZ00000003","activation_start_date":"2026-13-01"}]})");
  expect_problem(answer, 422, "bad vehicles");
  EXPECT_THAT(answer.body, ::testing::HasSubstr("/items/0/vin"));
  EXPECT_THAT(answer.body, ::testing::HasSubstr("/items/2/activation_start_date"));
  EXPECT_EQ(fixture.get("/v1/fleet/vehicles/" + std::string(kKia)).status, 404) << "nothing of it was taken";
  expect_problem(fixture.post("/v1/fleet/vehicles", R"({"items":[]})"), 422, "an empty list");
  expect_problem(fixture.post("/v1/fleet/vehicles", R"({"items":{}})"), 422, "no list");
  expect_problem(fixture.post("/v1/fleet/vehicles", R"({"vin":"KNAZZZ1ZZ00000001","wish":1})"), 422,
                 "unknown member");
  expect_problem(
      fixture.post(
          "/v1/fleet/vehicles",
          R"({"vin":"KNAZZZ1ZZ00000001","activation_start_date":"2026-02-02","activation_end_date":"2026-01-01"})"),
      422, "a window that ends before it begins");
}

TEST(FleetApi, AChangeReplacesWhatItNamesAndNullEmptiesIt) {
  Fixture fixture;
  ASSERT_EQ(fixture.post("/v1/fleet/vehicles", wished()).status, 201);
  const auto change = [&](std::string body) {
    return fixture.send({.method = "PATCH",
                         .target = "/v1/fleet/vehicles/" + std::string(kKia),
                         .body = std::move(body),
                         .authorization = fixture.bearer(Role::operator_),
                         .headers = {{"Content-Type", "application/json"}}});
  };
  const auto changed = change(R"({"activation_end_date":"2031-05-01","activation_comment":"leaves us"})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(json::string_at(object_of(changed), "activation_end_date"), "2031-05-01");
  EXPECT_EQ(json::string_at(object_of(changed), "fleet"), "depot");
  EXPECT_TRUE(object_of(change(R"({"activation_end_date":null})")).at("activation_end_date").is_null());
  expect_problem(change(R"({"activation_requested_status":"yes"})"), 422, "no flag");
}

TEST(FleetApi, ARunBringsVehiclesToWhatIsWantedAndTheHistorySaysSo) {
  Fixture fixture;
  ASSERT_EQ(fixture.post("/v1/fleet/vehicles", wished()).status, 201);
  const auto run = run_to_end(fixture, fixture.post("/v1/fleet/runs", "{}"));
  EXPECT_EQ(json::string_at(run, "state"), "ended");
  EXPECT_EQ(run.at("summary").at("activated"), 1);
  EXPECT_EQ(run.at("summary").at("by_oem").at("kia").at("activated"), 1);
  EXPECT_TRUE(
      object_of(fixture.get("/v1/fleet/vehicles/" + std::string(kKia))).at("activation_status").as_bool());
  const auto history = object_of(fixture.get("/v1/fleet/vehicles/" + std::string(kKia) + "/history"));
  EXPECT_EQ(json::array_at(history, "items")->back().at("activation_status_message"), "ACTIVATED");
  const auto metrics = object_of(fixture.get("/v1/fleet/metrics"));
  EXPECT_EQ(json::array_at(metrics, "items")->front().at("nb_vehicles_activated"), 1);
}

TEST(FleetApi, APlanIsMadeShownAndAppliedOnce) {
  Fixture fixture;
  ASSERT_EQ(fixture.post("/v1/fleet/vehicles", wished()).status, 201);
  const auto run = run_to_end(fixture, fixture.post("/v1/fleet/plans", "{}"));
  const std::string id(*json::string_at(run.at("plan").as_object(), "id"));
  const auto plan = object_of(fixture.get("/v1/fleet/plans/" + id));
  ASSERT_EQ(json::array_at(plan, "items")->size(), 1U);
  EXPECT_EQ(json::array_at(plan, "items")->front().at("action"), "activate");
  const auto applied = run_to_end(fixture, fixture.post("/v1/fleet/plans/" + id + "/apply", "{}"));
  EXPECT_EQ(applied.at("summary").at("activated"), 1);
  const auto again = run_to_end(fixture, fixture.post("/v1/fleet/plans/" + id + "/apply", "{}"));
  EXPECT_EQ(json::string_at(again, "state"), "failed");
  EXPECT_EQ(again.at("error").at("kind"), "conflict");
}

TEST(FleetApi, WhatCannotBeBegunIsRefused) {
  Fixture fixture;
  expect_problem(fixture.post("/v1/fleet/runs", R"({"oems":["toyota"]})"), 422, "no such cloud");
  EXPECT_GE(fixture.post("/v1/fleet/runs", R"({"oems":["tesla"]})").status, 400) << "not configured";
  expect_problem(fixture.post("/v1/fleet/plans/run_x/apply", "{}"), 404, "no such plan");
  expect_problem(fixture.get("/v1/fleet/runs/run_x"), 404, "no such run");
  expect_problem(fixture.get("/v1/fleet/vehicles/NOVIN"), 422, "no VIN");
  expect_problem(fixture.get("/v1/fleet/vehicles?status=maybe"), 422, "no flag");
}

TEST(FleetApi, ListsArePagedAndMaskedForViewers) {
  Fixture fixture;
  for (int i = 1; i <= 5; ++i)
    ASSERT_EQ(fixture.post("/v1/fleet/vehicles", wished(fmt::format("KNAZZZ1ZZ0000000{}", i))).status, 201);
  std::set<std::string> seen;
  std::string cursor;
  for (int page = 0; page < 4; ++page) {
    const auto list =
        object_of(fixture.get("/v1/fleet/vehicles?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor)));
    for (const auto& item : *json::array_at(list, "items"))
      seen.insert(std::string(*json::string_at(item.as_object(), "vin")));
    cursor = json::string_at(list, "next_cursor").value_or("");
    if (cursor.empty()) break;
  }
  EXPECT_EQ(seen.size(), 5U);
  const auto masked = fixture.get("/v1/fleet/vehicles?limit=500", Role::viewer);
  EXPECT_THAT(masked.body, ::testing::Not(::testing::HasSubstr("KNAZZZ1ZZ0000000")));
}

}  // namespace
}  // namespace contactor::api
