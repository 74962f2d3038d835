#include "api/api.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/fixture.h"
#include "api/routes.h"
#include "json/json.h"

namespace contactor::api {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Activations, AnOrderIsAcceptedAndCarriedOut) {
  Fixture fixture;
  const auto created = fixture.post("/v1/ota/activations", order_body());
  ASSERT_EQ(created.status, 201) << created.body;
  const auto id = id_of(created);
  EXPECT_EQ(header(created, "Location"), "/v1/ota/activations/" + id);
  fixture.pass(std::chrono::seconds(10));
  const auto shown = object_of(fixture.get("/v1/ota/activations/" + id));
  EXPECT_EQ(json::string_at(shown, "state"), "Active");
  EXPECT_EQ(json::string_at(shown, "money_state"), "captured");
  const auto story = object_of(fixture.get("/v1/ota/activations/" + id + "/history"));
  const auto* items = json::array_at(story, "items");
  ASSERT_NE(items, nullptr);
  EXPECT_TRUE(items->front().at("from").is_null());
  for (std::size_t i = 0; i < items->size(); ++i) {
    EXPECT_EQ((*items)[i].at("seq"), i + 1);
    if (i > 0) {
      EXPECT_EQ((*items)[i].at("from"), (*items)[i - 1].at("to"));
    }
  }
}

TEST(Idempotency, ARepeatGetsTheStoredReplyByteForByte) {
  Fixture fixture;
  const auto ask = [&](std::string body) {
    return fixture.send({.method = "POST",
                         .target = "/v1/ota/activations",
                         .body = std::move(body),
                         .authorization = fixture.bearer(Role::service),
                         .headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", "k"}}});
  };
  const auto first = ask(order_body());
  ASSERT_EQ(first.status, 201) << first.body;
  fixture.pass(std::chrono::seconds(10));
  const auto again = ask(order_body());
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(header(again, "Idempotency-Replayed"), "true");
  expect_problem(ask(order_body("order-2")), 422, "other body");
  expect_problem(ask("{}"), 422, "other body that is not valid either");
}

TEST(Idempotency, ASecondRequestUnderARunningKeyIsToldToWait) {
  Fixture fixture;
  const Ask ask{.method = "POST",
                .target = "/v1/ota/activations",
                .body = order_body(),
                .authorization = fixture.bearer(Role::service),
                .headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", "k"}}};
  const auto [first, second] = fixture.send_both(ask, ask);
  EXPECT_EQ(first.status, 201) << first.body;
  expect_problem(second, 409, "in progress");
  EXPECT_EQ(header(second, "Retry-After"), "1");
}

TEST(Idempotency, TheSameOrderUnderAnotherKeyIsAnsweredWithTheActivation) {
  Fixture fixture;
  const auto first = fixture.post("/v1/ota/activations", order_body());
  const auto again = fixture.post("/v1/ota/activations", order_body());
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(id_of(again), id_of(first));
  expect_problem(fixture.post("/v1/ota/activations", replaced(order_body(), "1290", "1291")), 409,
                 "other facts");
}

TEST(ActivationOrders, EveryWrongBodyIsRefusedWithAReason) {
  Fixture fixture;
  const std::string good = order_body();
  const auto cases = std::vector<std::pair<int, std::string>>{
      {400, ""},
      {400, "{"},
      {400, "nonsense"},
      {400, "\xef\xbb\xbf{}"},
      {400, "{\"order_id\":\"\xff\"}"},
      {400, R"({"order_id":"a","order_id":"b"})"},
      {400, R"({"order_id":"\ud800"})"},
      {400, R"({"a":NaN})"},
      {400, std::string(100'000, '[')},
      {400, std::string(40, '[') + std::string(40, ']')},
      {422, "[]"},
      {422, "null"},
      {422, "7"},
      {422, "{}"},
      {422, replaced(good, "\"order-1\"", "\"\"")},
      {422, replaced(good, "\"order-1\"", "null")},
      {422, replaced(good, "\"order-1\"", "7")},
      {422, replaced(good, "\"order-1\"", "\"a b\"")},
      {422, replaced(good, "\"order-1\"", "\"" + std::string(129, 'x') + "\"")},
      {422, replaced(good, "WBA00000000000001", "WBA0000000000000")},
      {422, replaced(good, "WBA00000000000001", "WBA0000000000000O")},
      {422, replaced(good, "ada@example.com", "ada")},
      {422, replaced(good, "ada@example.com", "a@b\\r\\nBcc: x@y.z")},
      {422, replaced(good, "ada@example.com", std::string(250, 'a') + "@b.de")},
      {422, replaced(good, "\"Ada\"", "\"" + std::string(201, 'x') + "\"")},
      {422, replaced(good, "\"Ada\"", "\"\\u0000\"")},
      {422, replaced(good, "heated-seats", "no-such-service")},
      {422, replaced(good, "\"activate\"", "\"explode\"")},
      {422, replaced(good, "30d", "30")},
      {422, replaced(good, "30d", "-1d")},
      {422, replaced(good, "30d", "0s")},
      {422, replaced(good, "30d", "99999999d")},
      {422, replaced(good, "\"customer\",", "\"moon\",")},
      {422, replaced(good, "1290", "-1")},
      {422, replaced(good, "1290", "12.9")},
      {422, replaced(good, "1290", "\"1290\"")},
      {422, replaced(good, "1290", "1000000000001")},
      {422, replaced(good, "1290", "18446744073709551615")},
      {422, replaced(good, "\"EUR\"", "\"EURO\"")},
      {422, replaced(good, "\"authorized\"", "\"none\"")},
      {422, replaced(good, "\"authorized\"", "\"initiated\"")},
      {422, replaced(good, "\"stripe\"", "\"cash\"")},
      {422, replaced(good, "\"action\"", "\"unknown\":1,\"action\"")},
      {422, replaced(good, "\"c-1\"", "\"c-1\",\"vip\":true")},
  };
  ASSERT_GE(cases.size(), 25U);
  for (const auto& [status, body] : cases)
    expect_problem(fixture.post("/v1/ota/activations", body), status, body.substr(0, 200));
}

TEST(ActivationOrders, AllFaultsAreNamedNotOnlyTheFirst) {
  Fixture fixture;
  const auto body = replaced(replaced(order_body(), "ada@example.com", "ada"), "1290", "-1");
  const auto answer = object_of(fixture.post("/v1/ota/activations", body));
  const auto* errors = json::array_at(answer, "errors");
  ASSERT_NE(errors, nullptr);
  ASSERT_EQ(errors->size(), 2U);
  EXPECT_EQ(errors->at(0).at("pointer"), "/customer/email");
  EXPECT_EQ(errors->at(1).at("pointer"), "/payment/amount");
}

TEST(ActivationOrders, NeedAnIdempotencyKeyAndJson) {
  Fixture fixture;
  const auto ask = [&](std::vector<ports::HttpHeader> headers) {
    return fixture.send({.method = "POST",
                         .target = "/v1/ota/activations",
                         .body = order_body(),
                         .authorization = fixture.bearer(Role::operator_),
                         .headers = std::move(headers)});
  };
  expect_problem(ask({{"Content-Type", "application/json"}}), 400, "no key");
  expect_problem(ask({{"Content-Type", "application/json"}, {"Idempotency-Key", "a b"}}), 400,
                 "blank in the key");
  expect_problem(ask({{"Content-Type", "application/json"}, {"Idempotency-Key", std::string(256, 'k')}}), 400,
                 "long key");
  expect_problem(ask({{"Idempotency-Key", "k"}}), 415, "no content type");
  expect_problem(ask({{"Content-Type", "text/xml"}, {"Idempotency-Key", "k"}}), 415, "wrong content type");
  expect_problem(
      ask({{"Content-Type", "application/json"}, {"Accept", "text/html"}, {"Idempotency-Key", "k"}}), 406,
      "accept");
}

TEST(Lists, AreReadPageByPage) {
  Fixture fixture;
  // Confirmed activations would be followed by the switch-off that waits for their end.
  fixture.car_refuses(true);
  for (int i = 1; i <= 5; ++i)
    ASSERT_EQ(fixture
                  .post("/v1/ota/activations",
                        order_body(fmt::format("o-{}", i), fmt::format("WBA0000000000000{}", i)))
                  .status,
              201);
  std::set<std::string> seen;
  std::string target = "/v1/ota/activations?limit=2";
  for (int page = 0; page < 3; ++page) {
    const auto list = object_of(fixture.get(target));
    for (const auto& item : *json::array_at(list, "items"))
      seen.insert(item.at("order_id").as_string().c_str());
    const auto next = json::string_at(list, "next_cursor");
    EXPECT_EQ(next.has_value(), page < 2);
    target = "/v1/ota/activations?limit=2&cursor=" + std::string(next.value_or(""));
  }
  EXPECT_EQ(seen.size(), 5U);
}

TEST(Catalogue, TheBasePlatformCannotBeTargeted) {
  Fixture fixture;
  const auto put = [&](const std::string& id, const std::string& body) {
    return fixture.send({.method = "PUT",
                         .target = "/v1/ota/services/" + id,
                         .body = body,
                         .authorization = fixture.bearer(Role::admin),
                         .headers = {{"Content-Type", "application/json"}}});
  };
  expect_problem(put("base.brakes", R"({"name":"x","template":{"a":1}})"), 422, "id");
  expect_problem(put("x", R"({"name":"x","template":{"base.brakes":1}})"), 422, "key");
  expect_problem(put("x", R"({"name":"x","template":{"base":{"a":1}}})"), 422, "key");
  expect_problem(put("x", R"({"name":"x","template":[]})"), 422, "template");
  expect_problem(put("x", R"({"name":"x"})"), 422, "no template");
  const auto first = object_of(put("x", R"({"name":"x","template":{}})"));
  const auto second = object_of(put("x", R"({"name":"y","template":{}})"));
  EXPECT_LT(*json::integer_at(first, "version"), *json::integer_at(second, "version"));
}

TEST(Callbacks, OnlySignedOnesAreTakenAndOnlyForKnownCommands) {
  Fixture fixture;
  const auto ask = [&](std::string signature, std::string body) {
    return fixture.send({.method = "POST",
                         .target = "/v1/iot/callbacks",
                         .body = std::move(body),
                         .headers = {{"webhook-signature", std::move(signature)}}});
  };
  expect_problem(ask("bad", "{}"), 401, "signature");
  expect_problem(ask("good", "cmd_unknown"), 404, "command");
  const auto paid = fixture.send({.method = "POST",
                                  .target = "/v1/payments/stripe",
                                  .body = "pi_x",
                                  .headers = {{"stripe-signature", "good"}}});
  EXPECT_EQ(paid.status, 204);
}

TEST(Tickets, ANewAttemptNeedsAPrice) {
  Fixture fixture;
  fixture.car_refuses(true);
  const auto id = id_of(fixture.post("/v1/ota/activations", order_body()));
  fixture.pass(std::chrono::minutes(10));
  const auto failed = object_of(fixture.get("/v1/ota/activations/" + id));
  ASSERT_EQ(json::string_at(failed, "state"), "Failed");
  EXPECT_EQ(json::string_at(failed, "service_status"), "Pending Support");
  const std::string ticket(json::string_at(failed, "ticket_id").value_or(""));
  const std::string actions = "/v1/support/tickets/" + ticket + "/actions";
  expect_problem(fixture.post(actions, R"({"action":"retry"})", Role::technician), 422, "no price");
  expect_problem(fixture.post(actions, R"({"action":"retry","price":"grant"})", Role::technician), 422,
                 "no reason");
  expect_problem(fixture.post(actions, R"({"action":"dance"})", Role::technician), 422, "action");
  fixture.car_refuses(false);
  const auto retried =
      fixture.post(actions, R"({"action":"retry","price":"grant","text":"our fault"})", Role::technician);
  ASSERT_EQ(retried.status, 200) << retried.body;
  EXPECT_TRUE(object_of(retried).at("started").is_object());
}

TEST(Explain, SaysWhatIsWantedWhatBlocksItAndBothSchedules) {
  Fixture fixture;
  fixture.car_refuses(true);
  const auto id = id_of(fixture.post("/v1/ota/activations", order_body()));
  fixture.pass(std::chrono::minutes(10));
  const auto ticket =
      json::string_at(object_of(fixture.get("/v1/ota/activations/" + id)), "ticket_id").value_or("");
  for (const auto& subject : {id, std::string(ticket), std::string("order-1"), std::string("pi_order-1"),
                              std::string("WBA00000000000001")}) {
    const auto told = object_of(fixture.get("/v1/explain/" + subject));
    EXPECT_EQ(json::string_at(told, "subject"), id) << subject;
    EXPECT_FALSE(json::array_at(told, "blocked_by")->empty());
    EXPECT_EQ(told.at("schedules").at("fast_failures").at("attempts").at(5).at("after_ms"), 930'000);
    EXPECT_EQ(told.at("schedules").at("fast_failures").at("escalation_after_ms"), 1'830'000);
    EXPECT_EQ(told.at("schedules").at("all_timeouts").at("attempts").at(5).at("after_ms"), 2'430'000);
    EXPECT_EQ(told.at("schedules").at("all_timeouts").at("escalation_after_ms"), 3'630'000);
  }
  expect_problem(fixture.get("/v1/explain/nothing"), 404, "unknown");
}

TEST(EventStream, SendsStepsToThoseWhoMaySeeThem) {
  Fixture fixture;
  const auto staff = fixture.open_stream(fixture.bearer(Role::viewer));
  const auto foreign = fixture.open_stream(fixture.foreign_bearer());
  EXPECT_EQ(staff->status, 200);
  ASSERT_EQ(fixture.post("/v1/ota/activations", order_body(), Role::service).status, 201);
  fixture.pass(std::chrono::seconds(20));
  EXPECT_NE(staff->text.find("event: ota.activation.updated\nid: "), std::string::npos);
  EXPECT_EQ(staff->text.find("WBA00000000000001"), std::string::npos);
  EXPECT_NE(staff->text.find(": heartbeat"), std::string::npos);
  EXPECT_EQ(foreign->text.find("ota.activation.updated"), std::string::npos);
  const auto back = fixture.open_stream(fixture.bearer(Role::admin), "elsewhere-7");
  EXPECT_NE(back->text.find("event: stream.reset"), std::string::npos);
}

TEST(EventStream, IsRefusedWithoutATokenAndEndsWithIt) {
  Fixture fixture;
  const auto refused = fixture.open_stream("Bearer nonsense");
  EXPECT_EQ(refused->status, 401);
  EXPECT_TRUE(refused->closed);
  const auto open = fixture.open_stream(fixture.bearer(Role::viewer));
  fixture.revoke(Role::viewer);
  fixture.pass(std::chrono::seconds(3));
  EXPECT_TRUE(open->closed);
}

TEST(Api, SaysNothingAfterItsEnd) {
  Fixture fixture;
  EXPECT_EQ(
      fixture.send_and_end({.target = "/v1/ota/activations", .authorization = fixture.bearer(Role::admin)}),
      0U);
}

TEST(System, HealthMetricsConsoleAndContractNeedNoToken) {
  Fixture fixture;
  for (const auto* path : {"/healthz", "/readyz", "/openapi.json", "/"})
    EXPECT_EQ(fixture.send({.target = path}).status, 200) << path;
  const auto metrics = fixture.send({.target = "/metrics"});
  EXPECT_NE(metrics.body.find("contactor_ota_orders_accepted_total 0\n"), std::string::npos);
  EXPECT_NE(
      metrics.body.find("contactor_api_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 1"),
      std::string::npos);
  EXPECT_FALSE(header(fixture.send({.target = "/"}), "Content-Security-Policy").empty());
}

}  // namespace
}  // namespace contactor::api
