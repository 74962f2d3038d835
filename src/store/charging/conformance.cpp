#include "store/charging/conformance.h"

#include "store/open.h"

namespace contactor::store::testing {

using charging::IdOf;

ports::StoredStat a_stat(int number) {
  charging::ChargingStat stat;
  stat.id = IdOf<charging::ChargingStat>(fmt::format("stat-{:03}", number));
  stat.provider = "north \"grid\"";
  stat.device_id = "dongle-ü";
  stat.vehicle_id = IdOf<charging::Vehicle>("veh-1");
  stat.vin = a_vin(1);
  stat.credential_id = IdOf<charging::Credential>("cred-1");
  stat.measured_at = kNow + std::chrono::minutes(number);
  stat.charging = number % 2 == 0;
  stat.state_of_charge = charging::MilliPercent(45'500);
  stat.voltage = charging::MilliVolts(400'123);
  stat.current = charging::MilliAmps(-16'001);
  stat.charging_power = charging::Watts(1'250'001);
  stat.energy = charging::MicroWattHours(9'007'199'254'740'991);
  stat.latitude = charging::TenMillionthDegrees(-337'654'321);
  stat.longitude = charging::TenMillionthDegrees(1'799'999'999);
  stat.odometer = charging::Metres(123'456'789);
  stat.battery_temperature = charging::MilliCelsius(-7'500);
  stat.telemetry = {R"({ "b": [1, 2.50, null],  "a": {"x": "ü\n"} })"};
  stat.quality.add(charging::Flag::gap).add(charging::Flag::clock_suspect);
  return {.stat = stat, .stream = "north/dongle"};
}

ports::StoredEvent an_event(int number) {
  charging::ChargingEvent event;
  event.id = IdOf<charging::ChargingEvent>(fmt::format("evt-{:03}", number));
  event.provider = "north";
  event.provider_event_id = fmt::format("tx-{}", number);
  event.vin = a_vin(1);
  event.device_id = "dongle";
  event.credential_id = IdOf<charging::Credential>("cred-1");
  event.location_id = IdOf<charging::Location>("loc-1");
  event.started_at = kNow + std::chrono::hours(number);
  event.ended_at = event.started_at + std::chrono::minutes(40);
  event.duration = charging::Seconds(2'400);
  event.energy = charging::WattHours(12'345);
  event.start_energy = charging::MicroWattHours(1'000'000'000'000);
  event.end_energy = charging::MicroWattHours(1'012'345'000'000);
  event.energy_difference = charging::MicroWattHours(0);
  event.charging_power = charging::Watts(999'999'999);
  event.latitude = charging::TenMillionthDegrees(485'000'000);
  event.longitude = charging::TenMillionthDegrees(-1);
  event.provider_info = {R"({ "tariff": "night",  "n": 1e2, "cable": {"locked": true} })"};
  event.quality.add(charging::Flag::energy_mismatch);
  event.version = 0;
  return {.event = event, .stream = "north/dongle", .is_computed = number % 2 == 0};
}

charging::Subscription a_subscription(int number) {
  charging::Subscription made;
  made.client.id = IdOf<charging::Client>(fmt::format("client-{}", number));
  made.client.name = fmt::format("Client {}", number);
  made.client.token_hash = fmt::format("hash-{}", number);
  made.service.id = IdOf<charging::Service>(fmt::format("service-{}", number));
  made.service.name = "events";
  made.service.url = "https://example.org/in";
  made.service.endpoints = {R"({"charging.event.updated": "/corrections"})"};
  made.link.id = IdOf<charging::ClientService>(fmt::format("sub-{}", number));
  made.link.client_id = made.client.id;
  made.link.service_id = made.service.id;
  made.link.signing_secret = Secret("sealed");
  return made;
}

ports::ChargingStore& ChargingConformance::charging() { return charging_of(store()); }

ports::ChargingWritten ChargingConformance::write(ports::ChargingWrite write) {
  return good<ports::ChargingWritten>(
      [&](auto done) { charging().write(std::move(write), std::move(done)); });
}

charging::ChargingEvent ChargingConformance::stored(ports::StoredEvent event, Instant at) {
  const auto id = event.event.id;
  const auto written = write({.at = at, .events = {std::move(event)}});
  EXPECT_FALSE(written.stale);
  return find<charging::ChargingEvent>(id.str()).value_or(charging::ChargingEvent());
}

void ChargingConformance::subscribe(const charging::Subscription& subscription) {
  put(subscription.client);
  put(subscription.service);
  put(subscription.link);
}

std::vector<std::string> ChargingConformance::window(ports::StatWindow window) {
  const auto stats = good<std::vector<charging::ChargingStat>>(
      [&](auto done) { charging().stats(std::move(window), std::move(done)); });
  std::vector<std::string> ids;
  for (const auto& stat : stats) ids.push_back(stat.id.str());
  return ids;
}

std::vector<ports::Delivery> ChargingConformance::claim(int subscription, Instant now, std::size_t limit) {
  return good<std::vector<ports::Delivery>>([&](auto done) {
    charging().claim_deliveries({.client_service_id = a_subscription(subscription).link.id,
                                 .now = now,
                                 .until = now + std::chrono::minutes(1),
                                 .limit = limit},
                                std::move(done));
  });
}

ports::DeliveriesConcluded ChargingConformance::conclude(const ports::Delivery& delivery,
                                                         charging::DeliveryStatus status,
                                                         std::optional<Instant> next) {
  ports::DeliveryResult result{.after = delivery.log};
  auto& after = result.after;
  after.status = status;
  after.next_attempt_at = next;
  after.last_status_code = status == charging::DeliveryStatus::delivered ? 200 : 503;
  if (status == charging::DeliveryStatus::delivered) after.delivered_at = after.last_attempt_at;
  result.attempt = {.event_log_id = after.id,
                    .number = after.attempts,
                    .at = after.last_attempt_at.value_or(kNow),
                    .duration = Millis(37),
                    .status_code = after.last_status_code,
                    .outcome = "answered",
                    .error = {}};
  return good<ports::DeliveriesConcluded>(
      [&](auto done) { charging().conclude_deliveries({result}, std::move(done)); });
}

std::size_t ChargingConformance::move(int subscription, std::vector<charging::DeliveryStatus> from,
                                      charging::DeliveryStatus to, Instant at) {
  return good<std::size_t>([&](auto done) {
    charging().move_deliveries({.client_service_id = a_subscription(subscription).link.id,
                                .from = std::move(from),
                                .to = to,
                                .at = at},
                               std::move(done));
  });
}

std::vector<charging::EventLog> ChargingConformance::logs(int subscription) {
  return page<charging::EventLog>({.client_service_id = a_subscription(subscription).link.id, .limit = 500})
      .items;
}

}  // namespace contactor::store::testing
