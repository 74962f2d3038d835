#include "charging_json/codec.h"

#include <fmt/format.h>

#include "base/prng.h"
#include "charging/decimal.h"
#include "charging/json_schema.h"
#include "charging/models.h"
#include "charging/shape.h"
#include "json/json.h"

namespace contactor::charging_json {
namespace {

using namespace charging;

json::object parsed(std::string_view text) {
  auto document = json::parse(text, {.bytes = 1 << 16});
  EXPECT_TRUE(document) << text;
  return document ? document->as_object() : json::object();
}

json::object schema_of(const ModelInfo& model) { return parsed(json_schema(model)); }

json::value decimal_text_of(const FieldInfo& field, std::int64_t count) {
  return json::value(decimal_text(count, field.decimals));
}

/// A value that the member takes: its highest.
json::value highest(const FieldInfo& field) {
  switch (field.kind) {
    case Kind::id:
    case Kind::text:
    case Kind::secret:
      return json::value(std::string(static_cast<std::size_t>(field.range.max), 'x'));
    case Kind::vin:
      return "WVWZZZE1ZMP000001";
    case Kind::moment:
      return "2026-11-21T06:38:14.000Z";
    case Kind::number:
    case Kind::count:
      return decimal_text_of(field, field.range.max);
    case Kind::flag:
      return true;
    case Kind::choice:
      return json::value(field.choices.back());
    case Kind::choices:
      return json::array{json::value(field.choices.back())};
    case Kind::object:
      return json::object{{"a", json::object{{"b", 1}}}};
  }
  return nullptr;
}

template <class Model>
json::object required_members() {
  json::object out;
  for (const auto& field : find_model(Table<Model>::name)->fields)
    if (field.presence == Presence::required) out[field.name] = highest(field);
  return out;
}

template <class Model>
bool takes(std::string_view name, const json::value& value) {
  auto object = required_members<Model>();
  object[name] = value;
  return decode<Model>(object, Speaker::program).good();
}

TEST(ChargingJson, TakesJustWhatTheSchemaNames) {
  for_each_model([]<class Model>() {
    const auto& info = *find_model(Table<Model>::name);
    const auto schema = schema_of(info);
    const auto& properties = schema.at("properties").as_object();
    std::size_t visible = 0;
    for (const auto& field : info.fields) {
      EXPECT_EQ(properties.contains(field.name), field.presence != Presence::hidden) << field.name;
      visible += field.presence == Presence::hidden ? 0 : 1;
      EXPECT_EQ(takes<Model>(field.name, highest(field)), field.presence != Presence::hidden)
          << info.title << "." << field.name;
    }
    EXPECT_EQ(properties.size(), visible);
    EXPECT_FALSE(takes<Model>("hearsay", 1)) << info.title;
  });
}

TEST(ChargingJson, NeedsJustWhatTheSchemaRequires) {
  for_each_model([]<class Model>() {
    const auto whole = required_members<Model>();
    EXPECT_TRUE(decode<Model>(whole, Speaker::anyone).good()) << Table<Model>::title;
    const auto schema = schema_of(*find_model(Table<Model>::name));
    EXPECT_EQ(schema.at("required").as_array().size(), whole.size());
    for (const auto& name : schema.at("required").as_array()) {
      auto less = whole;
      less.erase(name.as_string());
      EXPECT_FALSE(decode<Model>(less, Speaker::anyone).good()) << Table<Model>::title << "." << name;
    }
  });
}

TEST(ChargingJson, TakesNullJustWhereTheSchemaDoes) {
  for_each_model([]<class Model>() {
    for (const auto& field : find_model(Table<Model>::name)->fields)
      if (field.presence != Presence::hidden) {
        EXPECT_EQ(takes<Model>(field.name, nullptr), field.nullable)
            << Table<Model>::title << "." << field.name;
      }
  });
}

TEST(ChargingJson, RefusesWhatIsOutOfRange) {
  for_each_model([]<class Model>() {
    for (const auto& field : find_model(Table<Model>::name)->fields) {
      if (field.kind != Kind::number && field.kind != Kind::count) continue;
      EXPECT_TRUE(takes<Model>(field.name, decimal_text_of(field, field.range.min))) << field.name;
      EXPECT_FALSE(takes<Model>(field.name, decimal_text_of(field, field.range.min - 1))) << field.name;
      EXPECT_FALSE(takes<Model>(field.name, decimal_text_of(field, field.range.max + 1))) << field.name;
      EXPECT_FALSE(takes<Model>(field.name, "9223372036854775808")) << field.name;
      EXPECT_FALSE(takes<Model>(field.name, 1e300)) << field.name;
      EXPECT_FALSE(takes<Model>(field.name, "many")) << field.name;
      const std::int64_t middle = (field.range.min + field.range.max) / 2;
      EXPECT_EQ(takes<Model>(field.name, static_cast<double>(middle) + 0.5),
                field.decimals > 0 && middle == 0)
          << field.name;
    }
  });
}

TEST(ChargingJson, OnlyTheProgramSaysWhatTheProgramSets) {
  for_each_model([]<class Model>() {
    for (const auto& field : find_model(Table<Model>::name)->fields) {
      if (field.presence != Presence::ours) continue;
      auto object = required_members<Model>();
      object[field.name] = highest(field);
      EXPECT_FALSE(decode<Model>(object, Speaker::anyone).good()) << field.name;
    }
  });
}

}  // namespace
}  // namespace contactor::charging_json
