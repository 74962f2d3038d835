// Every row of the route table, walked: who may, and what bad input does.

#include "api/routes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/fixture.h"
#include "json/json.h"

namespace contactor::api {
namespace {

std::string concrete(const Route& route) {
  std::string path(route.pattern);
  for (auto at = path.find('{'); at != std::string::npos; at = path.find('{'))
    path.replace(at, path.find('}') - at + 1, "nothing-of-this-name");
  if (path.ends_with('*')) path.back() = 'x';
  return path;
}

Ask ask_for(const Route& route, std::string authorization) {
  Ask ask{.method = std::string(route.method),
          .target = concrete(route),
          .authorization = std::move(authorization)};
  if (route.body != BodyRule::none) {
    ask.body = "{}";
    ask.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", "walk"}};
  }
  return ask;
}

TEST(Access, EveryRouteAnswersEveryRoleAsItsPolicySays) {
  Fixture fixture;
  for (const auto& route : route_table()) {
    const std::string name = fmt::format("{} {}", route.method, route.pattern);
    for (const Role role : kRoles) {
      const int status = fixture.send(ask_for(route, fixture.bearer(role))).status;
      if (route.policy.is_open()) continue;
      EXPECT_EQ(status == 403, !route.policy.allows(role)) << name << " " << to_string(role) << " " << status;
      EXPECT_NE(status, 401) << name;
      EXPECT_LT(status, 500) << name;
    }
    for (const auto& stranger : {std::string(), std::string("Bearer x"), std::string("Basic eDp5"),
                                 fixture.revoked_bearer(), fixture.expired_bearer()}) {
      const auto answer = fixture.send(ask_for(route, stranger));
      if (route.body == BodyRule::sealed) {
        EXPECT_EQ(answer.status, 401) << name;
      }
      if (route.policy.is_open()) continue;
      expect_problem(answer, 401, name);
      EXPECT_FALSE(header(answer, "WWW-Authenticate").empty()) << name;
    }
  }
}

TEST(Access, TheMatrixIsTheOneThatWasDecided) {
  const auto allowed = [](std::string_view method, std::string_view path) {
    const Match match = find_route(method, path);
    std::string roles;
    for (const Role role : kRoles)
      if (match.route->policy.allows(role)) roles += to_string(role)[0];
    return roles;
  };
  EXPECT_EQ(allowed("POST", "/v1/ota/activations"), "oas");
  EXPECT_EQ(allowed("POST", "/v1/ota/activations/x/cancel"), "oas");
  EXPECT_EQ(allowed("GET", "/v1/ota/activations"), "votas");
  EXPECT_EQ(allowed("PUT", "/v1/ota/services/x"), "oa");
  EXPECT_EQ(allowed("GET", "/v1/support/tickets"), "vota");
  EXPECT_EQ(allowed("POST", "/v1/support/tickets/x/actions"), "ta");
  EXPECT_EQ(allowed("GET", "/v1/overview"), "vota");
}

TEST(Access, ARevokedTokenIsRefusedWithinTwoSeconds) {
  Fixture fixture;
  EXPECT_EQ(fixture.get("/v1/ota/activations", Role::viewer).status, 200);
  fixture.revoke(Role::viewer);
  fixture.pass(std::chrono::seconds(2));
  expect_problem(fixture.get("/v1/ota/activations", Role::viewer), 401, "revoked");
}

TEST(Access, AServiceSeesOnlyWhatItOrdered) {
  Fixture fixture;
  const auto id = id_of(fixture.post("/v1/ota/activations", order_body(), Role::service));
  for (const auto& path :
       {"/v1/ota/activations/" + id, "/v1/ota/activations/" + id + "/history", "/v1/explain/" + id,
        std::string("/v1/explain/order-1"), std::string("/v1/explain/WBA00000000000001")}) {
    EXPECT_EQ(fixture.get(path, Role::service).status, 200) << path;
    expect_problem(fixture.send({.target = path, .authorization = fixture.foreign_bearer()}), 404, path);
  }
  const auto list =
      object_of(fixture.send({.target = "/v1/ota/activations", .authorization = fixture.foreign_bearer()}));
  EXPECT_TRUE(json::array_at(list, "items")->empty());
}

TEST(Access, AViewerSeesNoFullVinAnywhere) {
  Fixture fixture;
  fixture.car_refuses(true);
  const auto id = id_of(fixture.post("/v1/ota/activations", order_body()));
  fixture.pass(std::chrono::minutes(10));
  for (const auto& path :
       {"/v1/ota/activations/" + id, "/v1/ota/activations/" + id + "/history",
        std::string("/v1/ota/activations"), std::string("/v1/customers/c-1/services"),
        std::string("/v1/customers/c-1/record"), std::string("/v1/support/tickets"), "/v1/explain/" + id}) {
    const auto masked = fixture.get(path, Role::viewer);
    EXPECT_EQ(masked.status, 200) << path;
    EXPECT_EQ(masked.body.find("WBA00000000000001"), std::string::npos) << path;
    EXPECT_NE(masked.body.find("WBA**********0001"), std::string::npos) << path;
    EXPECT_EQ(masked.body.find("ada@example.com"), std::string::npos) << path;
    EXPECT_NE(fixture.get(path, Role::operator_).body.find("WBA00000000000001"), std::string::npos) << path;
  }
}

TEST(Routing, UnknownPathsMethodsAndParametersAreProblems) {
  Fixture fixture;
  expect_problem(fixture.get("/v1/nothing"), 404, "path");
  expect_problem(fixture.get("/v1/ota/activations/%zz"), 404, "escape");
  expect_problem(fixture.get("/v1/ota/activations/act_0000000000000"), 404, "id");
  expect_problem(fixture.get("/v1/ota/activations?limit=0"), 422, "limit");
  expect_problem(fixture.get("/v1/ota/activations?limit=501"), 422, "limit");
  expect_problem(fixture.get("/v1/ota/activations?cursor=abc"), 422, "cursor");
  expect_problem(fixture.get("/v1/ota/activations?state=happy"), 422, "state");
  expect_problem(fixture.get("/v1/ota/activations?vin=1"), 422, "vin");
  expect_problem(fixture.get("/v1/ota/activations?colour=%ff"), 422, "unknown");
  expect_problem(fixture.get("/v1/ota/activations?limit=1&limit=2"), 422, "twice");
  const auto answer = fixture.send({.method = "DELETE", .target = "/v1/ota/activations"});
  expect_problem(answer, 405, "method");
  EXPECT_EQ(header(answer, "Allow"), "POST, GET, HEAD");
  EXPECT_EQ(fixture.send({.method = "HEAD", .target = "/healthz"}).body, "");
}

TEST(Routing, EveryRouteSurvivesEveryKindOfBadInput) {
  Fixture fixture;
  const std::vector<std::string> bodies{"",
                                        "{",
                                        "[]",
                                        "null",
                                        "{\"a\":1,\"a\":2}",
                                        "\xff",
                                        std::string(1 << 20, 'x') + "x",
                                        R"({"action":7})",
                                        R"({"name":null})",
                                        R"({"reason":[]})",
                                        std::string(100'000, '[')};
  for (const auto& route : route_table())
    for (const auto& body : bodies)
      for (const auto* type : {"application/json", "text/plain", ""}) {
        Ask ask = ask_for(route, fixture.bearer(Role::admin));
        ask.body = body;
        ask.headers = {{"Content-Type", type}, {"Idempotency-Key", "bad"}, {"X-Request-Id", "bad id\r\n"}};
        const auto answer = fixture.send(ask);
        EXPECT_LT(answer.status, 500) << route.method << " " << route.pattern << " " << body.substr(0, 40);
        if (answer.status >= 400) {
          EXPECT_EQ(header(answer, "Content-Type"), "application/problem+json") << route.pattern;
        }
      }
}

}  // namespace
}  // namespace contactor::api
