#include <gtest/gtest.h>

#include "charging/rules.h"
#include "charging_ocpi/ocpi.h"
#include "charging_ocpi/samples_testing.h"
#include "json/json.h"

namespace contactor::charging_ocpi {
namespace {

using namespace charging;
using namespace testing;

const Party kUs{.country_code = "DE", .party_id = "CTR"};

ChargingEvent read_back(Object object, std::string_view text) {
  const auto reading = read(object, text);
  EXPECT_TRUE(reading) << text;
  if (reading)
    for (const Remark& fault : reading->faults) ADD_FAILURE() << fault.what << ": " << text;
  return reading && reading->events.size() == 1 ? reading->events[0] : ChargingEvent{};
}

json::object object_of(const std::optional<std::string>& text) {
  if (!text) return {};
  auto document = json::parse(*text);
  EXPECT_TRUE(document) << *text;
  return document && document->is_object() ? document->as_object() : json::object();
}

ChargingEvent an_event() {
  ChargingEvent event;
  event.provider = "telematics";
  event.vin = *Vin::parse("WVWZZZE1ZMP000001");
  event.device_id = "box-1";
  event.started_at = *parse_rfc3339("2026-03-01T10:00:00Z");
  event.ended_at = *parse_rfc3339("2026-03-01T12:00:00Z");
  event.energy = WattHours(22'005);
  event.charging_power = Watts(11'040);
  event.latitude = TenMillionthDegrees(-482'627'120);
  event.longitude = TenMillionthDegrees(-1'716'679'050);
  return settled(event);
}

TEST(OcpiWrite, WhatWasReadAndWrittenIsTheSame) {
  for (const auto& [object, text] : {std::pair{Object::cdr, kCdr}, {Object::session, kSession}}) {
    const auto written = write(object, read_back(object, text), kUs);
    EXPECT_TRUE(object_of(written) == object_of(std::string(text))) << written.value_or("nothing");
  }
}

TEST(OcpiWrite, NumbersAreWrittenAsPeopleDo) {
  const auto written = write(Object::cdr, read_back(Object::cdr, kCdr), kUs);
  ASSERT_TRUE(written);
  EXPECT_NE(written->find(R"("total_energy":11.037000001)"), std::string::npos) << *written;
  EXPECT_NE(written->find(R"("volume":11.05)"), std::string::npos) << *written;
}

TEST(OcpiWrite, ACorrectionChangesNoMoreThanItSays) {
  ChargingEvent event = read_back(Object::cdr, kCdr);
  event.energy = WattHours(9'500);
  const json::object written = object_of(write(Object::cdr, event, kUs));
  EXPECT_EQ(written.at("total_energy"), json::value(9.5));
  EXPECT_EQ(written.at("total_time"), json::value(1.5));
  EXPECT_EQ(written.at("cdr_token"), object_of(std::string(kCdr)).at("cdr_token"));
  ChargingEvent again = read_back(Object::cdr, *write(Object::cdr, event, kUs));
  EXPECT_EQ(again.energy, event.energy);
  EXPECT_TRUE(again.quality.empty()) << "the periods tell the corrected energy";

  event = read_back(Object::session, kSession);
  event.ended_at = *parse_rfc3339("2026-03-01T10:40:00Z");
  again = read_back(Object::session, *write(Object::session, event, kUs));
  EXPECT_EQ(again.ended_at, event.ended_at);
}

TEST(OcpiWrite, AnEventOfAnotherProviderComesBackAsItWas) {
  const ChargingEvent event = an_event();
  for (const Object object : {Object::cdr, Object::session}) {
    const auto written = write(object, event, kUs);
    ASSERT_TRUE(written);
    const ChargingEvent again = read_back(object, *written);
    EXPECT_EQ(again.vin, event.vin);
    EXPECT_EQ(again.started_at, event.started_at);
    EXPECT_EQ(again.ended_at, event.ended_at);
    EXPECT_EQ(again.energy, event.energy);
    EXPECT_EQ(again.charging_power, event.charging_power);
    EXPECT_EQ(again.device_id, event.device_id);
    EXPECT_EQ(again.provider, "ocpi:DE*CTR");
    if (object == Object::session) continue;
    EXPECT_EQ(again.duration, event.duration);
    EXPECT_EQ(again.latitude, event.latitude);
    EXPECT_EQ(again.longitude, TenMillionthDegrees(-1'716'679'050)) << "to a tenth of a metre";
  }
}

TEST(OcpiWrite, TheSessionOfACdrAndTheCdrOfASession) {
  const ChargingEvent from_cdr = read_back(Object::cdr, kCdr);
  const json::object session = object_of(write(Object::session, from_cdr, kUs));
  EXPECT_EQ(session.at("id"), "s-77");
  EXPECT_EQ(session.at("location_id"), "loc-5");
  EXPECT_EQ(session.at("status"), "COMPLETED");
  EXPECT_EQ(session.at("country_code"), "DE");
  EXPECT_EQ(session.at("party_id"), "abc");

  ChargingEvent from_session = read_back(Object::session, with(kSession, "ACTIVE", "COMPLETED"));
  const json::object cdr = object_of(write(Object::cdr, from_session, kUs));
  EXPECT_EQ(cdr.at("session_id"), "s-77");
  EXPECT_EQ(cdr.at("cdr_token"), object_of(std::string(kSession)).at("cdr_token"));
  EXPECT_EQ(read_back(Object::cdr, *write(Object::cdr, from_session, kUs)).id, from_session.id);
}

TEST(OcpiWrite, ASessionOfCenturiesIsACdrThatCanBeRead) {
  const auto text =
      with(with(kSession, "ACTIVE", "COMPLETED"), "2026-03-01T10:20:00Z", "8120-03-01T10:20:00Z");
  const ChargingEvent event = read_back(Object::session, text);
  EXPECT_EQ(read_back(Object::cdr, *write(Object::cdr, event, kUs)).duration, event.duration);
}

TEST(OcpiWrite, OpenOnesAreSessionsAndQuarantinedOnesNothing) {
  ChargingEvent event = an_event();
  event.ended_at.reset();
  EXPECT_FALSE(write(Object::cdr, event, kUs));
  EXPECT_EQ(object_of(write(Object::session, event, kUs)).at("status"), "ACTIVE");
  event = an_event();
  event.quarantined = true;
  EXPECT_FALSE(write(Object::cdr, event, kUs));
  EXPECT_FALSE(write(Object::session, event, kUs));
}

TEST(OcpiWrite, ProviderInfoThatOnlyLooksLikeOcpiBreaksNothing) {
  for (const std::string_view info :
       {R"({"ocpi_cdr":{}})", R"({"ocpi_cdr":7})",
        R"({"ocpi_cdr":{"id":7,"cdr_location":"here","session_id":[]}})",
        R"({"ocpi_session":{"id":{},"location_id":7,"cdr_token":7}})", "{", ""}) {
    ChargingEvent event = an_event();
    event.provider_info.text = info;
    for (const Object object : {Object::cdr, Object::session})
      EXPECT_FALSE(object_of(write(object, event, kUs)).empty());
  }
}

TEST(OcpiWrite, AListHasItsEnvelope) {
  const auto now = *parse_rfc3339("2026-03-02T00:00:00Z");
  ChargingEvent open = an_event();
  open.ended_at.reset();
  const std::vector<ChargingEvent> events{an_event(), open, an_event()};
  const std::string text = write_list(Object::cdr, events, kUs, now);
  const json::object list = object_of(text);
  EXPECT_EQ(list.at("status_code"), json::value(1000));
  EXPECT_EQ(list.at("timestamp"), "2026-03-02T00:00:00.000Z");
  EXPECT_EQ(list.at("data").as_array().size(), 2u);
  const auto again = read(Object::cdr, text);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->events.size(), 2u);
}

}  // namespace
}  // namespace contactor::charging_ocpi
