#include "charging/identity.h"

namespace contactor::charging {
namespace {

ChargingEvent an_event() {
  ChargingEvent event;
  event.provider = "samsara";
  event.device_id = "281474977075805";
  event.started_at = Instant::from_millis(1'790'000'000'250);
  return event;
}

TEST(ChargingIdentity, OfAnEventIsTheSameOnEveryMachineForEver) {
  EXPECT_EQ(identity_of(an_event()).str().size(), 30u);
  EXPECT_EQ(identity_of(an_event()).str(), "evt_8N6RTJ8AXKX6504ZG9A0W129XS");
}

TEST(ChargingIdentity, NeverMovesWithEndOrEnergy) {
  auto later = an_event();
  later.ended_at = Instant::from_millis(1'790'003'600'000);
  later.energy = WattHours(7'400);
  later.end_energy = MicroWattHours(9'000'000'000);
  EXPECT_EQ(identity_of(later), identity_of(an_event()));
}

TEST(ChargingIdentity, TakesTheStartInWholeSeconds) {
  auto rounded = an_event();
  rounded.started_at = Instant::from_millis(1'790'000'000'999);
  EXPECT_EQ(identity_of(rounded), identity_of(an_event()));
  rounded.started_at = Instant::from_millis(1'790'000'001'000);
  EXPECT_NE(identity_of(rounded), identity_of(an_event()));
}

TEST(ChargingIdentity, PrefersTheProvidersOwnId) {
  auto event = an_event();
  event.provider_event_id = "cdr-1";
  auto moved = event;
  moved.started_at = Instant::from_millis(1'790'000'999'000);
  moved.device_id.reset();
  EXPECT_EQ(identity_of(moved), identity_of(event));
  EXPECT_NE(identity_of(event), identity_of(an_event()));
}

TEST(ChargingIdentity, DoesNotRunNeighboursIntoEachOther) {
  auto a = an_event();
  a.provider = "ab";
  a.provider_event_id = "c";
  auto b = an_event();
  b.provider = "a";
  b.provider_event_id = "bc";
  EXPECT_NE(identity_of(a), identity_of(b));

  ChargingStat by_device;
  by_device.device_id = "WVWZZZE1ZMP000001";
  ChargingStat by_vin;
  by_vin.vin = *Vin::parse("WVWZZZE1ZMP000001");
  EXPECT_NE(identity_of(by_device), identity_of(by_vin));
}

}  // namespace
}  // namespace contactor::charging
