// What this machine's owner may ask through the node's own socket file, and nobody else.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/fixture.h"
#include "api/routes.h"
#include "json/json.h"

namespace contactor::api {
namespace {

TEST(Local, TheOwnerNeedsNoTokenAndIsNamedByUser) {
  Fixture fixture;
  EXPECT_EQ(fixture.ask_locally("GET", "/v1/ota/activations").status, 200);
  fixture.car_refuses(true);
  const auto id = id_of(fixture.post("/v1/ota/activations", order_body()));
  fixture.pass(std::chrono::minutes(10));
  const auto tickets = object_of(fixture.ask_locally("GET", "/v1/support/tickets"));
  const auto ticket = std::string(json::string_at(tickets.at("items").at(0).as_object(), "id").value_or(""));
  const auto acted = fixture.ask_locally("POST", "/v1/support/tickets/" + ticket + "/actions",
                                         R"({"action":"close","text":"done"})");
  ASSERT_EQ(acted.status, 200) << acted.body;
  EXPECT_NE(acted.body.find("local:1000: closed: done"), std::string::npos) << acted.body;
  fixture.pass(std::chrono::seconds(1));
  const auto history = fixture.ask_locally("GET", "/v1/ota/activations/" + id + "/history");
  EXPECT_NE(history.body.find(R"("actor":"local:1000")"), std::string::npos) << history.body;
}

TEST(Local, ATokenThatIsSentCountsAlsoHere) {
  Fixture fixture;
  const auto ask = [&](std::string authorization) {
    return fixture
        .send({.target = "/local/tokens", .authorization = std::move(authorization), .local_user = 1000})
        .status;
  };
  EXPECT_EQ(ask(fixture.bearer(Role::viewer)), 403);
  EXPECT_EQ(ask(fixture.bearer(Role::admin)), 200);
  EXPECT_EQ(ask(fixture.revoked_bearer()), 401);
}

TEST(Local, NoRouteOfItExistsForTheNetwork) {
  Fixture fixture;
  for (const auto& route : local_route_table()) {
    std::string path(route.pattern);
    if (const auto at = path.find('{'); at != std::string::npos)
      path.replace(at, path.find('}') - at + 1, "tok_0000000000000");
    expect_problem(fixture.send({.method = std::string(route.method),
                                 .target = path,
                                 .authorization = fixture.bearer(Role::admin)}),
                   404, path);
    const auto local =
        fixture.ask_locally(std::string(route.method), path, route.body == BodyRule::none ? "" : "{}");
    EXPECT_LT(local.status, 500) << path;
    EXPECT_NE(local.status, 401) << path;
    EXPECT_EQ(local.body.find("no such route"), std::string::npos) << path;
  }
}

TEST(Local, AnOpenStreamStaysOpenWithoutAToken) {
  Fixture fixture;
  const auto opened = fixture.open_stream_locally();
  fixture.pass(std::chrono::seconds(5));
  EXPECT_EQ(opened->status, 200);
  EXPECT_FALSE(opened->closed);
}

TEST(Local, TokensAreMadeListedAndRefusedAtOnceWhenRevoked) {
  Fixture fixture;
  const auto made =
      fixture.ask_locally("POST", "/local/tokens", R"({"name":"wall","role":"viewer","expires":"1d"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto document = object_of(made);
  const std::string bearer = "Bearer " + std::string(json::string_at(document, "token").value_or(""));
  const std::string id(json::string_at(document, "id").value_or(""));
  const auto use = [&] {
    return fixture.send({.target = "/v1/ota/activations", .authorization = bearer}).status;
  };
  EXPECT_EQ(use(), 200);
  EXPECT_NE(fixture.ask_locally("GET", "/local/tokens").body.find(id), std::string::npos);
  const auto revoked = fixture.ask_locally("POST", "/local/tokens/" + id + "/revoke");
  EXPECT_EQ(revoked.body, fmt::format(R"({{"id":"{}","state":"revoked"}})", id));
  EXPECT_EQ(use(), 401);
  expect_problem(fixture.ask_locally("POST", "/local/tokens/tok_0000000000000/revoke"), 404, "unknown");
  expect_problem(fixture.ask_locally("POST", "/local/tokens", R"({"name":"x","role":"king"})"), 422, "role");
  expect_problem(fixture.ask_locally("POST", "/local/tokens", R"({"role":"admin","more":1})"), 422, "fields");
}

struct Walked {
  std::int64_t activations = 0;
  int pages = 0;
  json::value bad;
};

Walked walk(Fixture& fixture) {
  Walked walked;
  for (std::string cursor; walked.pages < 100;) {
    const auto page = object_of(fixture.ask_locally("GET", "/local/audit?cursor=" + cursor));
    walked.pages += 1;
    walked.activations += json::integer_at(page, "activations").value_or(0);
    walked.bad = page.at("bad");
    cursor = json::string_at(page, "next_cursor").value_or("");
    if (cursor.empty() || !walked.bad.is_null()) break;
  }
  return walked;
}

TEST(Local, TheAuditWalksAllHistoriesAndNamesTheFirstBadRecord) {
  Fixture fixture;
  std::string last;
  for (int i = 0; i < 205; ++i)
    last = id_of(fixture.post("/v1/ota/activations",
                              order_body(fmt::format("order-{}", i), fmt::format("WBA0000000000{:04}", i))));
  fixture.pass(std::chrono::minutes(1));
  const auto sound = walk(fixture);
  EXPECT_EQ(sound.activations, json::integer_at(object_of(fixture.get("/v1/overview")), "activations"));
  EXPECT_GT(sound.pages, 1);
  EXPECT_TRUE(sound.bad.is_null());
  fixture.spoil_history(parse_id<ActivationTag>(last));
  EXPECT_EQ(json::serialize(walk(fixture).bad), fmt::format(R"({{"activation":"{}","seq":1}})", last));
}

constexpr std::string_view kOwner =
    R"({"vin":"5YJ3E7EB0NF000001","name":"Ada","region":"na","code":"s3cret","callback_url":"https://a.test/b"})";

TEST(Local, OwnersOfSingleTeslasGoInAndTheirCodesNeverComeOut) {
  Fixture fixture;
  const auto enter = [&](std::string_view items) {
    return fixture.ask_locally("POST", "/local/tesla-owners", fmt::format(R"({{"items":[{}]}})", items));
  };
  const auto entered = enter(kOwner);
  EXPECT_EQ(entered.body, R"({"items":[{"vin":"5YJ3E7EB0NF000001","outcome":"created"}]})");
  const auto listed = fixture.ask_locally("GET", "/local/tesla-owners");
  ASSERT_EQ(listed.status, 200) << listed.body;
  EXPECT_EQ(listed.body.find("s3cret"), std::string::npos);
  const auto owner = object_of(listed).at("items").at(0).as_object();
  EXPECT_EQ(owner.at("region"), "NORTH_AMERICA");
  EXPECT_EQ(owner.at("consent"), "new");
  EXPECT_EQ(owner.at("vehicle").at("activation_status_message"), "ACTIVATION REQUESTED");
  EXPECT_EQ(owner.at("consent_url"),
            "https://auth.example.test/authorize?client_id=us&redirect_uri=https%3A%2F%2Fa.test%2Fb"
            "&state=5YJ3E7EB0NF000001");
  const auto begun = fixture.ask_locally("POST", "/local/tesla-owners/runs");
  ASSERT_EQ(begun.status, 202) << begun.body;
  fixture.pass(std::chrono::minutes(1));
  const auto run = object_of(fixture.get("/v1/fleet/runs/" + id_of(begun)));
  EXPECT_EQ(run.at("kind"), "tesla_individual");
  EXPECT_EQ(run.at("summary").at("activated"), 1);
}

TEST(Local, OwnersAreTakenWholeOrNotAtAllAndNoRefusalRepeatsACode) {
  Fixture fixture;
  for (const std::string& items :
       {std::string(), std::string("1"), std::string("{}"), std::string(kOwner) + "," + std::string(kOwner),
        std::string(R"({"vin":"WBA00000000000001","code":"s3cret","callback_url":"https://a.test/b"})"),
        std::string(R"({"vin":"5YJ3E7EB0NF000001","code":"s3 cret","callback_url":"https://a.test/b"})"),
        std::string(R"({"vin":"5YJ3E7EB0NF000001","code":"s3cret","callback_url":"ftp://a.test"})"),
        std::string(R"({"vin":"5YJ3E7EB0NF000001","region":"moon","callback_url":"https://a.test/b"})"),
        std::string(R"({"vin":"5YJ3E7EB0NF000001","callback_url":"https://a.test/b","more":1})")}) {
    const auto answer =
        fixture.ask_locally("POST", "/local/tesla-owners", fmt::format(R"({{"items":[{}]}})", items));
    expect_problem(answer, 422, items);
    EXPECT_EQ(answer.body.find("cret"), std::string::npos) << answer.body;
  }
  EXPECT_EQ(fixture.ask_locally("GET", "/local/tesla-owners").body, R"({"items":[]})");
}

TEST(Local, AnExplanationComesInWords) {
  Fixture fixture;
  const auto id = id_of(fixture.post("/v1/ota/activations", order_body()));
  fixture.pass(std::chrono::seconds(1));
  const auto words = fixture.ask_locally("GET", "/local/explain/order-1");
  EXPECT_EQ(words.status, 200);
  EXPECT_EQ(header(words, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_TRUE(words.body.starts_with(id + ": Active")) << words.body;
  expect_problem(fixture.ask_locally("GET", "/local/explain/nothing"), 404, "unknown");
}

}  // namespace
}  // namespace contactor::api
