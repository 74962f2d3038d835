#include "store/charging/conformance.h"
#include "store/open.h"

namespace contactor::store::testing {
namespace {

using charging::IdOf;
using Ids = std::vector<std::string>;

charging::Vehicle a_vehicle_of(int number) {
  charging::Vehicle vehicle{.id = IdOf<charging::Vehicle>(fmt::format("veh-{}", number)),
                            .vin = a_vin(number)};
  vehicle.device_id = fmt::format("dongle-{}", number % 2);
  vehicle.device_hardware_id = "hw";
  vehicle.device_name = "ü";
  vehicle.credential_id = IdOf<charging::Credential>("cred-1");
  vehicle.metadata = {R"({"k":1})"};
  return vehicle;
}

charging::Credential a_credential(int number) {
  charging::Credential credential{.id = IdOf<charging::Credential>(fmt::format("cred-{}", number))};
  credential.name = fmt::format("name {}", number);
  credential.kind = charging::CredentialKind::database;
  credential.provider = "north";
  credential.url = "https://example.org";
  credential.username = "u";
  credential.secret = Secret("sealed text");
  credential.metadata = {R"({"region":"eu"})"};
  credential.active = false;
  credential.expires_at = kNow + Millis(1);
  credential.rotated_at = kNow + Millis(2);
  return credential;
}

TEST_P(ChargingConformance, ACredentialComesBackWithItsSealedSecret) {
  const auto made = a_credential(1);
  put(made);
  backend_->restart();
  const auto found = find<charging::Credential>("cred-1");
  ASSERT_TRUE(found);
  ASSERT_TRUE(found->secret);
  EXPECT_EQ(found->secret->reveal(), "sealed text");
  EXPECT_EQ(found->kind, made.kind);
  EXPECT_EQ(found->name, made.name);
  EXPECT_EQ(found->provider, made.provider);
  EXPECT_EQ(found->url, made.url);
  EXPECT_EQ(found->username, made.username);
  EXPECT_FALSE(found->active);
  EXPECT_EQ(found->expires_at, made.expires_at);
  EXPECT_EQ(found->rotated_at, made.rotated_at);
  EXPECT_EQ(found->created_at, kNow);
  EXPECT_TRUE(same_json(found->metadata, made.metadata));
}

TEST_P(ChargingConformance, AChangeIsFencedByTheMomentOfTheLastOne) {
  auto service = put(a_subscription(1).service);
  EXPECT_EQ(service.updated_at, kNow);
  EXPECT_EQ(try_put(service).error().kind, ErrorKind::conflict);
  service.name = "second";
  const auto second = put(service, service.updated_at);  // within the same millisecond
  EXPECT_GT(second.updated_at, service.updated_at);
  EXPECT_EQ(second.created_at, kNow);
  service.name = "lost";
  EXPECT_EQ(try_put(service, service.updated_at, kNow + Millis(50)).error().kind, ErrorKind::conflict);
  EXPECT_EQ(find<charging::Service>("service-1")->name, "second");
  auto unknown = a_subscription(2).service;
  EXPECT_EQ(try_put(unknown, kNow).error().kind, ErrorKind::conflict);
  EXPECT_FALSE(find<charging::Service>("service-2"));
}

TEST_P(ChargingConformance, EverySubscriptionComesBackAsItWasPut) {
  auto made = a_subscription(1);
  made.link.endpoint = "/in";
  made.link.event_types = "charging.event.created other";
  made.link.previous_signing_secret = Secret("older");
  made.link.ordered_by_vehicle = true;
  made.link.paused_because = "it is away";
  made.client.previous_token_hash = "older";
  made.client.previous_token_until = kNow + Millis(5);
  made.client.preferred_provider = "north";
  made.client.allowed_hosts = "example.org";
  subscribe(made);
  auto client = find<charging::Client>("client-1");
  ASSERT_TRUE(client);
  client->created_at = client->updated_at = std::nullopt;
  EXPECT_EQ(*client, made.client);
  const auto link = find<charging::ClientService>("sub-1");
  ASSERT_TRUE(link);
  EXPECT_EQ(link->endpoint, made.link.endpoint);
  EXPECT_EQ(link->event_types, made.link.event_types);
  EXPECT_EQ(link->signing_secret->reveal(), "sealed");
  EXPECT_EQ(link->previous_signing_secret->reveal(), "older");
  EXPECT_TRUE(link->ordered_by_vehicle);
  EXPECT_EQ(link->paused_because, made.link.paused_because);
  EXPECT_EQ(link->client_id, made.client.id);
  EXPECT_EQ(link->service_id, made.service.id);
}

TEST_P(ChargingConformance, AVehicleIsFoundByItsVinAndItsDevice) {
  for (const int number : {1, 2, 3}) put(a_vehicle_of(number));
  auto found = page<charging::Vehicle>({.vin = a_vin(2)}).items;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(same_json(found[0].metadata, a_vehicle_of(2).metadata));
  found[0].metadata = a_vehicle_of(2).metadata;
  found[0].created_at = found[0].updated_at = std::nullopt;
  EXPECT_EQ(found[0], a_vehicle_of(2));
  EXPECT_EQ(walk<charging::Vehicle>({.device_id = "dongle-1", .limit = 1}), (Ids{"veh-3", "veh-1"}));
  auto twin = a_vehicle_of(2);
  twin.id = IdOf<charging::Vehicle>("veh-9");
  EXPECT_EQ(try_put(twin).error().kind, ErrorKind::conflict);
  auto changed = *find<charging::Vehicle>("veh-3");
  changed.device_name.reset();
  put(changed, changed.updated_at);
  EXPECT_FALSE(find<charging::Vehicle>("veh-3")->device_name);
}

TEST_P(ChargingConformance, TheFleetAndChargingKeepEachTheirPartOfAVehicle) {
  auto& fleet = fleet_of(store());
  const auto write_fleet = [&](std::uint32_t version) {
    fleet::Vehicle vehicle{.vin = a_vin(1), .version = version};
    vehicle.cloud.handle = fmt::format("contract-{}", version);
    vehicle.created_at = vehicle.updated_at = kNow + Millis(version);
    const auto outcomes = good<std::vector<ports::FleetOutcome>>(
        [&](auto done) { fleet.write_vehicles({{.after = vehicle}}, std::move(done)); });
    EXPECT_EQ(outcomes, std::vector{ports::FleetOutcome::applied});
  };
  write_fleet(1);
  EXPECT_TRUE(page<charging::Vehicle>({.vin = a_vin(1)}).items.empty());
  const auto put_on_record = put(a_vehicle_of(1));
  EXPECT_EQ(put_on_record.device_id, "dongle-1");
  write_fleet(2);
  EXPECT_EQ(find<charging::Vehicle>("veh-1")->device_id, "dongle-1");
  auto changed = *find<charging::Vehicle>("veh-1");
  changed.device_id = "dongle-7";
  put(changed, changed.updated_at, kNow + Millis(9));
  const auto known =
      good<std::vector<fleet::Vehicle>>([&](auto done) { fleet.find_vehicles({a_vin(1)}, std::move(done)); });
  ASSERT_EQ(known.size(), 1U);
  EXPECT_EQ(known[0].cloud.handle, "contract-2");
  EXPECT_EQ(known[0].version, 2U);
}

TEST_P(ChargingConformance, AClientIsFoundByItsTokenAndForAWhileByTheOneBefore) {
  auto client = a_subscription(1).client;
  client.previous_token_hash = "older";
  client.previous_token_until = kNow + Millis(5);
  client = put(client);
  const auto who = [&](const std::string& hash, Instant now = kNow) {
    const auto found = good<std::optional<charging::Client>>(
        [&](auto done) { charging().client_of_token(hash, now, std::move(done)); });
    return found ? found->id.str() : "";
  };
  EXPECT_EQ(who("hash-1"), "client-1");
  EXPECT_EQ(who("older"), "client-1");
  EXPECT_EQ(who("older", kNow + Millis(5)), "");
  EXPECT_EQ(who("hash-2"), "");
  auto thief = a_subscription(2).client;
  thief.token_hash = "hash-1";
  EXPECT_EQ(try_put(thief).error().kind, ErrorKind::conflict);
  client.active = false;
  put(client, client.updated_at);
  EXPECT_EQ(who("hash-1"), "");
}

TEST_P(ChargingConformance, TheMarkOfAJobIsOneRowWhoeverPutsIt) {
  charging::LastRunTime mark{.job_name = "poll", .last_run_at = kNow, .high_water_at = kNow};
  const auto made = put(mark);
  EXPECT_FALSE(made.id.empty());
  EXPECT_EQ(try_put(mark).error().kind, ErrorKind::conflict);
  auto back = made;
  back.high_water_at = kNow - Millis(5);
  put(back, made.updated_at);
  EXPECT_EQ(find<charging::LastRunTime>(made.id.str())->high_water_at, kNow - Millis(5));
  EXPECT_EQ(page<charging::LastRunTime>({.name = "poll"}).items.size(), 1U);
}

TEST_P(ChargingConformance, AListGoesThroughAllPagesFromTheNewest) {
  for (int number = 0; number < 7; ++number)
    put(a_credential(number), {}, kNow + Millis(number / 2));  // some of one moment
  EXPECT_EQ(walk<charging::Credential>({.limit = 2}),
            (Ids{"cred-6", "cred-5", "cred-4", "cred-3", "cred-2", "cred-1", "cred-0"}));
  EXPECT_EQ(walk<charging::Credential>({.from = kNow + Millis(1), .until = kNow + Millis(3)}),
            (Ids{"cred-5", "cred-4", "cred-3", "cred-2"}));
  EXPECT_EQ(walk<charging::Credential>({.name = "name 3"}), (Ids{"cred-3"}));
  EXPECT_EQ(walk<charging::Credential>({.provider = "south"}), Ids{});
  const auto wrong = await<Result<ports::ChargingPage<charging::Credential>>>([&](auto done) {
    charging().of<charging::Credential>().list({.cursor = "nonsense"}, std::move(done));
  });
  EXPECT_EQ(wrong.error().kind, ErrorKind::invalid);
}

TEST_P(ChargingConformance, EventsAndStatsAreListedByWhatTheirFiltersSay) {
  auto other = an_event(4), bad = an_event(5);
  other.event.vin = a_vin(2);
  other.event.provider = "south";
  other.event.location_id = IdOf<charging::Location>("loc-2");
  bad.event.quarantined = true;
  ports::ChargingWrite all{.at = kNow, .events = {an_event(1), an_event(2), an_event(3), other, bad}};
  for (int number = 0; number < 9; ++number) all.stats.push_back(a_stat(number));
  all.stats[4].stat.charging_event_id = IdOf<charging::ChargingEvent>("evt-001");
  write(all);
  using Event = charging::ChargingEvent;
  const auto start = [](int number) { return an_event(number).event.started_at; };
  EXPECT_EQ(walk<Event>({.limit = 2}), (Ids{"evt-005", "evt-004", "evt-003", "evt-002", "evt-001"}));
  EXPECT_EQ(walk<Event>({.vin = a_vin(1), .quarantined = false, .limit = 2}),
            (Ids{"evt-003", "evt-002", "evt-001"}));
  EXPECT_EQ(walk<Event>({.provider = "south"}), (Ids{"evt-004"}));
  EXPECT_EQ(walk<Event>({.location_id = IdOf<charging::Location>("loc-2")}), (Ids{"evt-004"}));
  EXPECT_EQ(walk<Event>({.from = start(2), .until = start(4)}), (Ids{"evt-003", "evt-002"}));
  EXPECT_EQ(walk<Event>({.credential_id = IdOf<charging::Credential>("cred-2")}), Ids{});
  EXPECT_EQ(walk<Event>({.status = charging::DeliveryStatus::dead}), Ids{});
  using Stat = charging::ChargingStat;
  EXPECT_EQ(walk<Stat>({.vin = a_vin(1), .until = kNow + std::chrono::minutes(3), .limit = 2}),
            (Ids{"stat-002", "stat-001", "stat-000"}));
  auto everyone = walk<Stat>({.limit = 4});
  std::ranges::sort(everyone);
  EXPECT_EQ(everyone.size(), 9U);
  EXPECT_EQ(std::ranges::adjacent_find(everyone), everyone.end());
  EXPECT_EQ(walk<Stat>({.charging_event_id = IdOf<charging::ChargingEvent>("evt-001")}), (Ids{"stat-004"}));
}

TEST_P(ChargingConformance, AClientSeesItsOwnAndNothingElse) {
  put(a_vehicle_of(1));
  put(a_credential(1));
  subscribe(a_subscription(1));
  stored(an_event(1));  // before the second one subscribed
  subscribe(a_subscription(2));
  write({.at = kNow, .stats = {a_stat(1)}, .events = {an_event(2)}});
  const auto second = a_subscription(2).client.id;
  EXPECT_EQ(walk<charging::Client>({.client_id = second}), (Ids{"client-2"}));
  EXPECT_EQ(walk<charging::ClientService>({.client_id = second}), (Ids{"sub-2"}));
  EXPECT_EQ(walk<charging::Service>({.client_id = second}), (Ids{"service-2"}));
  EXPECT_EQ(walk<charging::ChargingEvent>({.client_id = second}), (Ids{"evt-002"}));
  EXPECT_EQ(walk<charging::ChargingEvent>({.id = "evt-001", .client_id = second}), Ids{});
  EXPECT_EQ(walk<charging::ChargingEvent>({.client_id = a_subscription(1).client.id}),
            (Ids{"evt-002", "evt-001"}));
  const auto logs = page<charging::EventLog>({.client_id = second}).items;
  ASSERT_EQ(logs.size(), 1U);
  EXPECT_EQ(logs[0].client_service_id, a_subscription(2).link.id);
  EXPECT_EQ(walk<charging::ChargingStat>({.client_id = second}), Ids{});
  EXPECT_EQ(walk<charging::Vehicle>({.client_id = second}), Ids{});
  EXPECT_EQ(walk<charging::Credential>({.client_id = second}), Ids{});
  EXPECT_EQ(walk<charging::Client>({.client_id = IdOf<charging::Client>()}), Ids{});
}

}  // namespace
}  // namespace contactor::store::testing
