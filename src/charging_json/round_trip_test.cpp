#include <fmt/format.h>

#include "base/prng.h"
#include "charging/models.h"
#include "charging/shape.h"
#include "charging_json/codec.h"
#include "json/json.h"

namespace contactor::charging_json {
namespace {

using namespace charging;

/// Draws any value that a member may have.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}

  template <class Model>
  Model model() {
    Model out;
    for_each_field<Model>([&](const auto& field) {
      if (field.presence != Presence::hidden) fill(out.*field.member, field);
    });
    return out;
  }

 private:
  std::int64_t between(Range range) {
    const auto span = static_cast<std::uint64_t>(range.max) - static_cast<std::uint64_t>(range.min) + 1;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(range.min) + random_.below(span));
  }
  std::string text(Range range, std::string_view alphabet) {
    std::string out;
    for (auto count = std::min<std::int64_t>(between(range), range.min + 20); count > 0; --count)
      out += alphabet[random_.below(alphabet.size())];
    return out;
  }

  void fill(std::string& out, const auto& field) { out = text(field.range, "ab \"\\/{}<>'~"); }
  template <class Model>
  void fill(TextId<Model>& out, const auto& field) {
    out = TextId<Model>(text(field.range, "abcXYZ019_.:-"));
  }
  void fill(std::int64_t& out, const auto& field) { out = between(field.range); }
  void fill(bool& out, const auto&) { out = random_.chance(0.5); }
  void fill(Instant& out, const auto& field) { out = Instant::from_millis(between(field.range)); }
  void fill(Vin& out, const auto&) {
    out = *Vin::parse(fmt::format("WVWZZZE1ZMP{:06}", random_.below(1'000'000)));
  }
  void fill(Secret& out, const auto&) { out = Secret("hush-hush"); }
  void fill(JsonObject& out, const auto&) {
    out.text = fmt::format(R"({{"n":{},"t":["ä",null,true]}})", random_.below(99));
  }
  void fill(Quality& out, const auto&) {
    for (int i = 0; i < kFlags; ++i)
      if (random_.chance(0.3)) out.add(static_cast<Flag>(i));
  }
  template <class Unit>
  void fill(Quantity<Unit>& out, const auto& field) {
    out = Quantity<Unit>(between(field.range));
  }
  template <class Enum>
    requires requires { Spelling<Enum>::names; }
  void fill(Enum& out, const auto&) {
    out = static_cast<Enum>(random_.below(Spelling<Enum>::names.size()));
  }
  template <class Value>
  void fill(std::optional<Value>& out, const auto& field) {
    if (field.presence == Presence::required || random_.chance(0.7)) fill(out.emplace(), field);
  }

  Prng random_;
};

TEST(ChargingJson, EveryModelComesBackFromItsText) {
  Draw draw(67);
  for_each_model([&]<class Model>() {
    for (int i = 0; i < 300; ++i) {
      const Model model = draw.model<Model>();
      const std::string text = encode(model);
      auto document = json::parse(text);
      ASSERT_TRUE(document) << text;
      if constexpr (std::equality_comparable<Model>) {
        const auto back = decode_text<Model>(text);
        ASSERT_TRUE(back) << back.error().detail << "\n" << text;
        EXPECT_EQ(*back, model) << text;
      }
    }
  });
}

TEST(ChargingJson, WhatIsNotOnRecordYetHasNoId) {
  Location place;
  place.latitude = TenMillionthDegrees(525'200'066);
  EXPECT_FALSE(encode(place).contains("\"id\""));
  const auto back = decode_text<Location>(encode(place));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(*back, place);
}

TEST(ChargingJson, NothingSecretIsEverWritten) {
  Draw draw(77);
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(encode(draw.model<Credential>()).contains("secret"));
    EXPECT_FALSE(encode(draw.model<ClientService>()).contains("secret\":"));
    EXPECT_FALSE(encode(draw.model<Client>()).contains("hash"));
  }
}

TEST(ChargingJson, AnIntegerMayBeTextForThoseWhoseNumbersAreTooShort) {
  const auto event = decode_text<ChargingEvent>(
      R"({"provider":"p","started_at":"2026-11-21T06:00:00Z","start_energy_micro_watt_hours":"9007199254740991",)"
      R"("end_energy_micro_watt_hours":9007199254740991,"energy_kwh":"7.4005","charging_power_kw":1250.125})");
  ASSERT_TRUE(event) << event.error().detail;
  EXPECT_EQ(event->start_energy, MicroWattHours(9'007'199'254'740'991));
  EXPECT_EQ(event->end_energy, event->start_energy);
  EXPECT_EQ(event->energy, WattHours(7'400));
  EXPECT_EQ(event->charging_power, Watts(1'250'125));
  EXPECT_THAT(encode(*event), testing::HasSubstr(R"("energy_kwh":7.4,)"));
}

TEST(ChargingJson, TwoHundredFiftyFivePercentMeansThatNobodyKnows) {
  const auto stat = decode_text<ChargingStat>(
      R"({"provider":"p","measured_at":"2026-11-21T06:00:00Z","state_of_charge_milli_percent":255000})");
  ASSERT_TRUE(stat) << stat.error().detail;
  EXPECT_FALSE(stat->state_of_charge);
  EXPECT_TRUE(stat->quality.has(Flag::placeholder_dropped));
  EXPECT_FALSE(decode_text<ChargingStat>(
      R"({"provider":"p","measured_at":"2026-11-21T06:00:00Z","state_of_charge_milli_percent":254000})"));
}

TEST(ChargingJson, AChangeTouchesOnlyWhatItNames) {
  Vehicle vehicle;
  vehicle.vin = *Vin::parse("WVWZZZE1ZMP000001");
  vehicle.device_id = "1";
  vehicle.device_name = "van";
  const auto document = json::parse(R"({"device_id":null,"device_name":"bus"})");
  const auto changed = change(vehicle, document->as_object(), Speaker::anyone);
  ASSERT_TRUE(changed.good());
  EXPECT_FALSE(changed.model.device_id);
  EXPECT_EQ(changed.model.device_name, "bus");
  EXPECT_EQ(changed.model.vin, vehicle.vin);
  EXPECT_FALSE(change(vehicle, json::parse(R"({"vin":null})")->as_object(), Speaker::anyone).good());
}

TEST(ChargingJson, EveryFaultIsListed) {
  const auto document = json::parse(R"({"provider":7,"voltage_milli_volts":-1,"id":"x","what":1})");
  const auto decoded = decode<ChargingEvent>(document->as_object(), Speaker::anyone);
  std::vector<std::string> members;
  for (const auto& fault : decoded.faults) members.push_back(fault.member);
  EXPECT_THAT(members,
              testing::UnorderedElementsAre("provider", "voltage_milli_volts", "id", "what", "started_at"));
}

}  // namespace
}  // namespace contactor::charging_json
