#include "charging/catalogue.h"

#include <boost/pfr.hpp>
#include <set>

#include "charging/models.h"
#include "charging/shape.h"

namespace contactor::charging {
namespace {

TEST(ChargingModels, AreTheTenOfTheBriefInItsOrder) {
  std::vector<std::string_view> names;
  for (const auto& model : models()) names.push_back(model.name);
  EXPECT_EQ(names, (std::vector<std::string_view>{"charging_event", "charging_stat", "vehicle", "credential",
                                                  "client", "client_service", "service", "event_log",
                                                  "last_run_time", "location"}));
}

TEST(ChargingModels, EveryMemberOfEveryStructHasItsRowAtItsPlace) {
  for_each_model([]<class Model>() {
    const Model model{};
    std::vector<const void*> members;
    boost::pfr::for_each_field(model, [&](const auto& member) { members.push_back(&member); });
    std::vector<const void*> described;
    for_each_field<Model>([&](const auto& field) { described.push_back(&(model.*field.member)); });
    EXPECT_EQ(members, described) << Table<Model>::title;
  });
}

TEST(ChargingModels, EveryMemberSaysWhatItMeansInASentence) {
  for (const auto& model : models()) {
    std::set<std::string_view> names;
    for (const auto& field : model.fields) {
      EXPECT_TRUE(names.insert(field.name).second) << model.title << "." << field.name;
      EXPECT_TRUE(field.doc.size() > 8 && field.doc.ends_with('.')) << model.title << "." << field.name;
      EXPECT_FALSE(field.source.empty()) << model.title << "." << field.name;
      EXPECT_LE(field.range.min, field.range.max) << model.title << "." << field.name;
    }
  }
}

TEST(ChargingModels, ANameEndsInItsUnit) {
  const std::map<std::string_view, std::string_view> endings = {
      {"mV", "_milli_volts"}, {"mA", "_milli_amps"}, {"µWh", "_micro_watt_hours"}, {"m%", "_milli_percent"},
      {"m", "_meters"},       {"s", "_seconds"},     {"m°C", "_milli_celsius"},    {"kW", "_kw"},
      {"kWh", "_kwh"},        {"°", "itude"}};
  for (const auto& model : models())
    for (const auto& field : model.fields)
      if (field.kind == Kind::number) {
        EXPECT_TRUE(field.name.ends_with(endings.at(field.symbol))) << model.title << "." << field.name;
      } else {
        for (const auto& [symbol, ending] : endings) EXPECT_FALSE(field.name.ends_with(ending)) << field.name;
      }
}

TEST(ChargingModels, PowerHoldsATruckThatChargesWithAMegawatt) {
  const auto* event = find_model("events");
  ASSERT_NE(event, nullptr);
  const auto power = std::ranges::find(event->fields, "charging_power_kw", &FieldInfo::name);
  ASSERT_NE(power, event->fields.end());
  EXPECT_EQ(sql_type(*power, Dialect::postgres), "NUMERIC(9,3)");
}

TEST(ChargingModels, EnergyColumnsHaveSixtyFourBits) {
  for (const auto dialect : {Dialect::sqlite, Dialect::postgres})
    EXPECT_THAT(sql_columns(*find_model("ChargingEvent"), dialect),
                testing::HasSubstr("\nstart_energy_micro_watt_hours BIGINT\n"));
}

TEST(ChargingModels, NothingSecretIsReadable) {
  for (const auto& model : models())
    for (const auto& field : model.fields)
      if (field.kind == Kind::secret || field.name.ends_with("_hash")) {
        EXPECT_TRUE(field.presence == Presence::secret || field.presence == Presence::hidden) << field.name;
      }
}

}  // namespace
}  // namespace contactor::charging
