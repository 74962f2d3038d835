#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/fixture.h"
#include "json/json.h"

namespace contactor::api {
namespace {

json::object overview_of(Fixture& fixture) { return object_of(fixture.get("/v1/overview", Role::viewer)); }

std::int64_t number_at(const json::object& parent, std::string_view group, std::string_view name) {
  const auto* counts = json::object_at(parent, group);
  return counts == nullptr ? -1 : json::integer_at(*counts, name).value_or(-1);
}

TEST(Overview, OfNothingIsAllZeros) {
  Fixture fixture;
  const auto empty = overview_of(fixture);
  EXPECT_EQ(json::integer_at(empty, "activations"), 0);
  EXPECT_EQ(number_at(empty, "outbox", "entries"), 0);
  EXPECT_TRUE(empty.at("outbox").at("oldest_at").is_null());
  EXPECT_EQ(json::array_at(empty, "orders_per_hour")->size(), 24U);
  EXPECT_TRUE(json::array_at(empty, "incidents")->empty());
  EXPECT_EQ(number_at(*json::object_at(empty, "tickets"), "open", "HIGH"), 0);
}

TEST(Overview, CountsStatesMoneyTicketsAndTheHoursOrders) {
  Fixture fixture;
  (void)fixture.post("/v1/ota/activations", order_body("order-1", "WBA00000000000001"));
  fixture.pass(std::chrono::minutes(1));
  fixture.car_refuses(true);
  (void)fixture.post("/v1/ota/activations", order_body("order-2", "WBA00000000000002"));
  fixture.pass(std::chrono::minutes(30));
  const auto overview = overview_of(fixture);
  EXPECT_EQ(number_at(overview, "by_state", "Active"), 1);
  EXPECT_EQ(number_at(overview, "by_state", "Failed"), 1);
  // The switch-off that waits for the end of the 30 days is an activation of its own, of a service still
  // active.
  EXPECT_EQ(number_at(overview, "by_state", "Scheduled"), 1);
  EXPECT_EQ(number_at(overview, "by_service_status", "Active"), 2);
  EXPECT_EQ(number_at(overview, "by_service_status", "Pending Support"), 1);
  EXPECT_EQ(number_at(overview, "by_money_state", "captured"), 1);
  EXPECT_EQ(number_at(overview, "by_money_state", "released"), 1);
  EXPECT_EQ(number_at(*json::object_at(overview, "tickets"), "open", "HIGH"), 1);
  EXPECT_EQ(json::integer_at(overview, "captured_not_confirmed"), 0);
  std::int64_t orders = 0;
  for (const auto& hour : *json::array_at(overview, "orders_per_hour"))
    orders += json::integer_at(hour.as_object(), "orders").value_or(0);
  EXPECT_EQ(orders, json::integer_at(overview, "activations"));
}

TEST(Overview, TellsOpenIncidentsOnly) {
  Fixture fixture;
  const auto put = [&](ports::Incident incident) {
    fixture.store().put_incident(std::move(incident), [](const Status& stored) { EXPECT_TRUE(stored); });
    fixture.pass(Millis(10));
  };
  put({.cause = "iot_api unauthorized", .opened_at = fixture.now(), .ended_at = {}, .detail = "401"});
  put({.cause = "iot_api failing", .opened_at = fixture.now(), .ended_at = fixture.now(), .detail = "over"});
  const auto open = *json::array_at(overview_of(fixture), "incidents");
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(json::string_at(open[0].as_object(), "cause"), "iot_api unauthorized");
}

TEST(Overview, CountsAgainAfterASecondAndNotBefore) {
  Fixture fixture;
  EXPECT_EQ(json::integer_at(overview_of(fixture), "activations"), 0);
  const auto counted_at = [&] { return std::string(*json::string_at(overview_of(fixture), "counted_at")); };
  const std::string first = counted_at();
  EXPECT_EQ(counted_at(), first);
  (void)fixture.post("/v1/ota/activations", order_body());
  fixture.pass(std::chrono::seconds(2));
  EXPECT_NE(counted_at(), first);
  EXPECT_GE(*json::integer_at(overview_of(fixture), "activations"), 1);
}

TEST(Overview, IsForPeopleAndNotForServices) {
  Fixture fixture;
  EXPECT_EQ(fixture.get("/v1/overview", Role::viewer).status, 200);
  expect_problem(fixture.get("/v1/overview", Role::service), 403, "service");
}

}  // namespace
}  // namespace contactor::api
