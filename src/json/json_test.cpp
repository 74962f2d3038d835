#include "json/json.h"

#include <gtest/gtest.h>

namespace contactor {

struct Sample {
  std::string name;
  std::int64_t count = 3;
  std::optional<std::string> note;
  std::vector<std::string> tags;
};
BOOST_DESCRIBE_STRUCT(Sample, (), (name, count, note, tags))

namespace {

TEST(Json, MapsDescribedStructsBothWays) {
  const Sample sample{.name = "a", .count = 7, .note = {}, .tags = {"x", "y"}};
  const std::string text = json::serialize(boost::json::value_from(sample));
  EXPECT_EQ(text, R"({"name":"a","count":7,"tags":["x","y"]})");
  const auto back = boost::json::value_to<Sample>(*json::parse(text));
  EXPECT_EQ(back.count, 7);
  EXPECT_FALSE(back.note);
}

TEST(Json, LeavesDefaultsWhereMembersAreMissing) {
  EXPECT_EQ(boost::json::value_to<Sample>(*json::parse(R"({"name":"b"})")).count, 3);
}

TEST(Json, RefusesWhatIsNotOneSaneDocument) {
  for (const char* text :
       {"", "{", "{} {}", "nul", "[1,]", "\"\\ud800\"", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
        "\"\xff\"", "NaN", "\xef\xbb\xbf{}", "[{\"b\":[{}],\"b\":1}]"})
    EXPECT_FALSE(json::parse(text)) << text;
}

TEST(Json, WhatIsAcceptedCanBeReadBackWhenWritten) {
  for (const char* text : {"1e308", "-1.7976931348623157e308", "[0.1,-0,1e-400,18446744073709551615]"}) {
    const auto document = json::parse(text);
    ASSERT_TRUE(document) << text;
    EXPECT_EQ(*json::parse(json::serialize(*document)), *document) << text;
  }
  for (const char* text : {"1e309", "[-1e400]", R"({"a":{"b":[1e99999]}})"})
    EXPECT_FALSE(json::parse(text)) << text;
}

TEST(Json, RefusesDepthAndSizeBeyondTheLimits) {
  EXPECT_FALSE(json::parse(std::string(100'000, '[')));
  EXPECT_FALSE(json::parse("[1,2,3]", {.bytes = 4}));
  EXPECT_TRUE(json::parse(std::string(30, '[') + std::string(30, ']')));
}

TEST(Json, KeysThatDifferAfterANulAreDifferent) {
  EXPECT_TRUE(json::parse(R"({"a\u0000b":1,"a\u0000c":2,"a":3})"));
  EXPECT_FALSE(json::parse(R"({"a\u0000b":1,"\u0061\u0000b":2})"));
}

TEST(Json, ShortTextsAreCutBetweenCharacters) {
  const auto document = *json::parse(R"({"a":"xé日","b":7})");
  const auto& object = document.get_object();
  EXPECT_EQ(json::short_text_at(object, "a", 6), "xé日");
  EXPECT_EQ(json::short_text_at(object, "a", 5), "xé");
  EXPECT_EQ(json::short_text_at(object, "a", 2), "x");
  EXPECT_EQ(json::short_text_at(object, "a", 0), "");
  EXPECT_EQ(json::short_text_at(object, "b", 9), "");
}

TEST(Json, SameKeyInDifferentObjectsIsFine) {
  EXPECT_TRUE(json::parse(R"({"a":{"a":1},"b":[{"a":1},{"a":2}],"c":"a\"}{"})"));
}

}  // namespace
}  // namespace contactor
