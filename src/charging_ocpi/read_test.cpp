#include <gtest/gtest.h>

#include "charging_ocpi/ocpi.h"
#include "charging_ocpi/samples_testing.h"

namespace contactor::charging_ocpi {
namespace {

using namespace charging;
using namespace testing;

Instant at(std::string_view text) { return *parse_rfc3339(text); }

ChargingEvent event_of(Object object, const std::string& text) {
  const auto reading = read(object, text);
  EXPECT_TRUE(reading) << text;
  if (!reading) return {};
  for (const Remark& fault : reading->faults) ADD_FAILURE() << fault.what;
  EXPECT_EQ(reading->events.size(), 1u);
  return reading->events.empty() ? ChargingEvent{} : reading->events[0];
}

std::string fault_of(Object object, const std::string& text) {
  const auto reading = read(object, text);
  if (!reading) return reading.error().detail;
  return reading->faults.size() == 1 && reading->events.empty() ? reading->faults[0].what : "no fault";
}

TEST(OcpiCdr, SaysWhatACarCharged) {
  const ChargingEvent event = event_of(Object::cdr, std::string(kCdr));
  EXPECT_EQ(event.provider, "ocpi:DE*ABC") << "small letters are no other party";
  EXPECT_EQ(event.provider_event_id, "s-77");
  EXPECT_EQ(event.device_id, "3256");
  EXPECT_EQ(event.started_at, at("2026-03-01T10:00:00Z"));
  EXPECT_EQ(event.ended_at, at("2026-03-01T11:30:00.5Z"));
  EXPECT_EQ(event.duration, Seconds(4500)) << "an hour and a half less the quarter of parking";
  EXPECT_EQ(event.energy, WattHours(11'037));
  EXPECT_EQ(event.charging_power, Watts(11'050));
  EXPECT_EQ(event.start_state_of_charge, MilliPercent(20'000));
  EXPECT_EQ(event.end_state_of_charge, MilliPercent(41'500));
  EXPECT_EQ(event.latitude, TenMillionthDegrees(482'627'000));
  EXPECT_EQ(event.longitude, TenMillionthDegrees(116'679'000));
  EXPECT_TRUE(event.quality.empty());
  EXPECT_FALSE(event.vin);
  EXPECT_NE(event.provider_info.text.find("04A1B2C3"), std::string::npos);
  EXPECT_FALSE(event.id.empty());
}

TEST(OcpiCdr, CorrectsTheSessionThatItNames) {
  const ChargingEvent open = event_of(Object::session, std::string(kSession));
  EXPECT_FALSE(open.ended_at);
  EXPECT_EQ(open.energy, WattHours(3'250));
  EXPECT_EQ(open.id, event_of(Object::cdr, std::string(kCdr)).id);
  const auto alone = event_of(Object::cdr, with(kCdr, R"("session_id": "s-77",)", ""));
  EXPECT_EQ(alone.provider_event_id, "cdr:c-1001");
  EXPECT_NE(alone.id, open.id);
}

TEST(OcpiCdr, EnergyIsRoundedHalfToEvenFromTheSendersDecimals) {
  const auto energy = [](std::string_view text) {
    return event_of(Object::cdr,
                    with(kCdr, R"("total_energy": 11.037000001)", R"("total_energy": )" + std::string(text)))
        .energy;
  };
  EXPECT_EQ(energy("7.4005"), WattHours(7'400));
  EXPECT_EQ(energy("7.4015"), WattHours(7'402));
  EXPECT_EQ(energy("7.400500001"), WattHours(7'401));
  EXPECT_EQ(energy("\"7.4\""), WattHours(7'400));
  EXPECT_EQ(energy("0"), WattHours(0));
  EXPECT_EQ(energy("1e3"), WattHours(1'000'000));
}

TEST(OcpiCdr, EnergyBackToTheGridIsExport) {
  auto event =
      event_of(Object::cdr, with(kCdr, R"("total_energy": 11.037000001)", R"("total_energy": -2.5)"));
  EXPECT_EQ(event.direction, Direction::export_);
  EXPECT_EQ(event.energy, WattHours(-2'500));
  EXPECT_FALSE(event.quarantined);
}

TEST(OcpiCdr, PeriodsThatTellAnotherEnergyAreFlagged) {
  EXPECT_TRUE(event_of(Object::cdr, with(kCdr, R"("volume": 7.4)", R"("volume": 8.4)"))
                  .quality.has(Flag::energy_mismatch));
  EXPECT_FALSE(event_of(Object::cdr, with(kCdr, R"("volume": 7.4)", R"("volume": 7.401)"))
                   .quality.has(Flag::energy_mismatch))
      << "rounding";
}

TEST(OcpiCdr, ATokenThatIsAVinNamesTheVehicle) {
  const auto other = with(with(kCdr, "04A1B2C3", "WVWZZZE1ZMP000001"), "RFID", "OTHER");
  const auto event = event_of(Object::cdr, other);
  ASSERT_TRUE(event.vin);
  EXPECT_EQ(event.vin->str(), "WVWZZZE1ZMP000001");
  EXPECT_FALSE(event_of(Object::cdr, with(kCdr, "04A1B2C3", "WVWZZZE1ZMP000001")).vin)
      << "the number of a card";
}

TEST(OcpiCdr, NullIslandIsNoPlace) {
  const auto event = event_of(Object::cdr, with(with(kCdr, "48.262700", "0.00000"), "11.667900", "0.00000"));
  EXPECT_FALSE(event.latitude);
  EXPECT_TRUE(event.quality.has(Flag::placeholder_dropped));
}

TEST(OcpiCdr, OneOfMoneyOnlyIsNoEvent) {
  const auto credit =
      with(kCdr, R"("currency")", R"("credit": true, "credit_reference_id": "c-1000", "currency")");
  const auto reading = read(Object::cdr, credit);
  ASSERT_TRUE(reading);
  EXPECT_TRUE(reading->events.empty());
  EXPECT_TRUE(reading->faults.empty());
  ASSERT_EQ(reading->without_charging.size(), 1u);
  EXPECT_EQ(reading->without_charging[0].id, "c-1001");
}

TEST(OcpiSession, ItsStatusSaysWhetherItIsOpen) {
  const auto with_status = [](std::string_view status) { return with(kSession, "ACTIVE", status); };
  EXPECT_EQ(event_of(Object::session, with_status("COMPLETED")).ended_at, at("2026-03-01T10:20:00Z"))
      << "without an end, when it was last heard of";
  EXPECT_EQ(event_of(Object::session, with(with_status("INVALID"), R"("kwh")",
                                           R"("end_date_time": "2026-03-01T10:15:00", "kwh")"))
                .ended_at,
            at("2026-03-01T10:15:00Z"));
  for (const std::string_view status : {"RESERVATION", "PENDING"}) {
    const auto reading = read(Object::session, with_status(status));
    ASSERT_TRUE(reading);
    EXPECT_EQ(reading->without_charging.size(), 1u) << status;
    EXPECT_TRUE(reading->events.empty() && reading->faults.empty()) << status;
  }
  EXPECT_EQ(fault_of(Object::session, with_status("DONE")), "status is none of OCPI's");
}

TEST(OcpiObject, WhatIsWrongIsNamedByItsPath) {
  const auto cdr = [](std::string_view part, std::string_view instead) {
    return fault_of(Object::cdr, with(kCdr, part, instead));
  };
  EXPECT_EQ(cdr(R"("country_code": "DE", "party_id": "abc")", R"("party_id": "abc")"),
            "country_code is missing");
  EXPECT_EQ(cdr(R"("total_energy": 11.037000001)", R"("total_energy": "lots")"),
            "total_energy is no number, or one that is too large");
  EXPECT_EQ(cdr(R"("total_energy": 11.037000001)", R"("total_energy": null)"), "total_energy is missing");
  EXPECT_EQ(cdr("2026-03-01T10:00:00Z", "yesterday"),
            "start_date_time must be a moment like 2026-11-21T06:38:14Z");
  EXPECT_EQ(cdr(R"("latitude": "48.262700")", R"("latitude": "98.2")"),
            "cdr_location.coordinates.latitude is above 90");
  EXPECT_EQ(cdr(R"("volume": 11.05)", R"("volume": [])"),
            "charging_periods[0] dimensions[1] volume must be a number, or its decimal text");
  EXPECT_EQ(cdr(R"("our")", R"("o\u0000r")"), "a text has a control character that cannot be kept");
}

TEST(OcpiObject, WhatIsTooLongToKeepLosesItsBulkyPartsAndSaysSo) {
  const auto signed_ = with(kCdr, R"("currency")",
                            R"("signed_data": {"x": ")" + std::string(20'000, 'a') + R"("}, "currency")");
  const auto event = event_of(Object::cdr, signed_);
  EXPECT_EQ(event.energy, WattHours(11'037));
  EXPECT_NE(event.provider_info.text.find(R"("left_out":["signed_data"])"), std::string::npos);
  EXPECT_EQ(fault_of(Object::cdr, with(kCdr, "Ring 1", std::string(20'000, 'a'))),
            "the object is larger than can be kept");
}

TEST(OcpiList, ComesInItsEnvelopeOrBare) {
  const auto count = [](const std::string& text) {
    const auto reading = read(Object::cdr, text);
    return reading ? reading->events.size() : 99u;
  };
  const std::string cdr(kCdr);
  EXPECT_EQ(
      count(R"({"data":[)" + cdr + "," + cdr + R"(],"status_code":1000,"timestamp":"2026-03-01T12:00:00Z"})"),
      2u);
  EXPECT_EQ(count(R"({"status_code":1000,"data":)" + cdr + "}"), 1u);
  EXPECT_EQ(count(R"({"status_code":1000,"timestamp":"2026-03-01T12:00:00Z"})"), 0u);
  EXPECT_EQ(count("[" + cdr + "]"), 1u);
  EXPECT_EQ(count("[]"), 0u);
}

TEST(OcpiList, OneWrongElementLosesNoOther) {
  const auto reading =
      read(Object::cdr, "[" + with(kCdr, "EUR", "EUR") + ",7," + with(kCdr, R"("total_time")", R"("total")") +
                            "," + std::string(kCdr) + "]");
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->events.size(), 2u);
  EXPECT_EQ(reading->indices, (std::vector<std::size_t>{0, 3}));
  ASSERT_EQ(reading->faults.size(), 2u);
  EXPECT_EQ(reading->faults[0].index, 1u);
  EXPECT_EQ(reading->faults[0].what, "must be an object");
  EXPECT_EQ(reading->faults[1].index, 2u);
  EXPECT_EQ(reading->faults[1].id, "c-1001");
  EXPECT_EQ(reading->faults[1].what, "total_time is missing");
}

TEST(OcpiList, TheSendersOwnFailureIsOne) {
  EXPECT_EQ(fault_of(Object::cdr, R"({"status_code":2001,"status_message":"wrong date"})"),
            "the sender says that it failed: 2001 wrong date");
  EXPECT_EQ(fault_of(Object::cdr, R"({"status_code":"1000","data":[]})"),
            "status_code must be a whole number");
  EXPECT_EQ(fault_of(Object::cdr, R"({"status_code":1000,"data":7})"),
            "data is neither a list nor an object");
  EXPECT_EQ(fault_of(Object::cdr, "7"), "neither a list nor an object");
  EXPECT_FALSE(read(Object::cdr, "{"));
  EXPECT_FALSE(read(Object::cdr, ""));
}

}  // namespace
}  // namespace contactor::charging_ocpi
