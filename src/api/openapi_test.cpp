#include "api/openapi.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "charging/json_schema.h"
#include "json/json.h"

namespace contactor::api {
namespace {

void collect_references(const json::value& value, std::set<std::string>& found) {
  if (const auto* object = value.if_object())
    for (const auto& [key, member] : *object) {
      if (key == "$ref") found.insert(member.as_string().c_str());
      collect_references(member, found);
    }
  if (const auto* array = value.if_array())
    for (const auto& item : *array) collect_references(item, found);
}

TEST(OpenApi, HasEveryRouteAndEveryReferenceResolves) {
  const auto document = json::parse(openapi_json(route_table(), "1"));
  ASSERT_TRUE(document);
  const auto& paths = document->at("paths").as_object();
  std::size_t operations = 0;
  for (const auto& [path, methods] : paths) operations += methods.as_object().size();
  EXPECT_EQ(operations, route_table().size());
  std::set<std::string> references;
  collect_references(*document, references);
  EXPECT_GT(references.size(), 10U);
  const auto& schemas = document->at("components").at("schemas").as_object();
  for (const auto& reference : references) {
    constexpr std::string_view home = "#/components/schemas/";
    ASSERT_TRUE(reference.starts_with(home)) << reference;
    EXPECT_TRUE(schemas.contains(reference.substr(home.size()))) << reference;
  }
}

TEST(OpenApi, HasTheCommonModelsAsTheirTablesSay) {
  const auto document = json::parse(openapi_json(route_table(), "1"));
  ASSERT_TRUE(document);
  const auto& schemas = document->at("components").at("schemas").as_object();
  for (const auto& model : charging::models()) {
    const auto* schema = json::object_at(schemas, charging::component_name(model));
    ASSERT_NE(schema, nullptr) << model.title;
    EXPECT_EQ(json::value(*schema), *json::parse(charging::json_schema(model))) << model.title;
  }
}

TEST(OpenApi, KeepsSilentAboutLocalRoutes) {
  EXPECT_EQ(openapi_json(route_table(), "1").find("/local/"), std::string::npos);
  EXPECT_FALSE(local_route_table().empty());
}

TEST(RouteTable, HasNoTwoRowsForOneRequest) {
  std::set<std::string> seen;
  std::vector<Route> all = route_table();
  all.insert(all.end(), local_route_table().begin(), local_route_table().end());
  for (const auto& route : all)
    EXPECT_TRUE(seen.insert(fmt::format("{} {}", route.method, route.pattern)).second) << route.pattern;
}

TEST(RouteTable, DecodesPathsAndQueries) {
  const Match match = find_route("GET", "/v1/ota/services/a%2Fb");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.path_values.at(0).second, "a/b");
  EXPECT_EQ(percent_decode("a+b%20", true), "a b ");
  EXPECT_FALSE(percent_decode("%4", true));
  EXPECT_FALSE(read_query("a=%zz"));
}

}  // namespace
}  // namespace contactor::api
