#include "store/fleet_conformance.h"

#include <gmock/gmock.h>

#include "store/backends_test.h"
#include "store/postgres/backend_test.h"

namespace contactor::store::testing {
namespace {

using namespace std::chrono_literals;

template <class T, bool... ahead>
std::unique_ptr<Backend> make() {
  return std::make_unique<T>(ahead...);
}

// What it says of vehicles stands in fleet_conformance_vehicles_test.cpp.
INSTANTIATE_TEST_SUITE_P(
    Store, FleetConformance,
    ::testing::Values(BackendKind{"Sqlite", make<SqliteBackend>}, BackendKind{"Memory", make<MemoryBackend>},
                      BackendKind{"Postgres", make<PostgresBackend>},
                      BackendKind{"SqliteOneRevisionAhead", make<SqliteBackend, true>},
                      BackendKind{"PostgresOneRevisionAhead", make<PostgresBackend, true>}),
    [](const auto& kind) { return kind.param.name; });

// -- runs -------------------------------------------------------------------------------------------------

TEST_P(FleetConformance, ALeaseHasOneHolderUntilItIsGivenBack) {
  const auto mine = claim("one", 1h);
  EXPECT_TRUE(mine.granted);
  EXPECT_EQ(mine.holder, "one");
  const auto theirs = claim("two", 1h);
  EXPECT_FALSE(theirs.granted);
  EXPECT_EQ(theirs.holder, "one");
  EXPECT_EQ(theirs.until, mine.until);
  const auto renewed = claim("one", 2h);
  EXPECT_TRUE(renewed.granted);
  EXPECT_GT(renewed.until, mine.until);
  EXPECT_TRUE(claim("two", 1h, "another").granted);
  done([&](auto done) { fleet().release("run", "two", std::move(done)); });
  EXPECT_FALSE(claim("two", 1h).granted) << "given back by its holder only";
  done([&](auto done) { fleet().release("run", "one", std::move(done)); });
  EXPECT_TRUE(claim("two", 1h).granted);
  EXPECT_FALSE(claim("one", 1h).granted);
}

TEST_P(FleetConformance, ALeaseEndsByTheStoresClock) {
  ASSERT_TRUE(claim("one", 1ms).granted);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  bool granted = false;
  while (!granted && std::chrono::steady_clock::now() < deadline) granted = claim("two", 1h).granted;
  EXPECT_TRUE(granted);
}

TEST_P(FleetConformance, APlanIsAppliedOnce) {
  const ports::StoredPlan made{.id = "p1", .made_at = kNow, .document = "{}\nü\n", .applied_at = {}};
  done([&](auto done) { fleet().put_plan(made, std::move(done)); });
  EXPECT_EQ(plan("p1")->document, made.document);
  EXPECT_EQ(plan("p1")->made_at, kNow);
  EXPECT_FALSE(plan("p1")->applied_at);
  done([&](auto done) { fleet().mark_applied("p1", kNow + 1ms, std::move(done)); });
  const auto mark = [&](const std::string& id) {
    return await<Status>([&](auto done) { fleet().mark_applied(id, kNow + 2ms, std::move(done)); });
  };
  EXPECT_EQ(mark("p1").error().kind, ErrorKind::conflict);
  EXPECT_EQ(mark("p2").error().kind, ErrorKind::not_found);
  done([&](auto done) { fleet().put_plan(made, std::move(done)); });
  EXPECT_EQ(plan("p1")->applied_at, kNow + 1ms) << "the same plan again is not a new one";
  EXPECT_FALSE(plan("p2"));
}

TEST_P(FleetConformance, PlansOfLastWeekAreForgotten) {
  for (int day = 0; day <= 8; day += 4)
    done([&](auto done) {
      fleet().put_plan({.id = fmt::format("p{}", day), .made_at = kNow + std::chrono::days(day)},
                       std::move(done));
    });
  EXPECT_FALSE(plan("p0"));
  EXPECT_TRUE(plan("p4"));
  EXPECT_TRUE(plan("p8"));
}

ports::ActivationMetric a_metric(const std::string& date, const std::string& oem, std::uint64_t activated,
                                 Instant at) {
  return {.date = date, .oem = oem, .activated = activated, .partial = true, .run = "r", .updated_at = at};
}

TEST_P(FleetConformance, TheNewestMetricOfADayAndCloudWins) {
  const auto put = [&](std::vector<ports::ActivationMetric> metrics) {
    done([&](auto done) { fleet().put_metrics(metrics, std::move(done)); });
  };
  put({a_metric("2026-11-20", "tesla", 1, kNow), a_metric("2026-11-21", "tesla", 2, kNow),
       a_metric("2026-11-21", "bmw", 3, kNow), a_metric("2026-11-19", "bmw", 9, kNow)});
  put({a_metric("2026-11-21", "tesla", 5, kNow + 1ms), a_metric("2026-11-20", "tesla", 6, kNow - 1ms)});
  const auto rows = metrics(2);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].date, "2026-11-21");
  EXPECT_EQ(rows[0].oem, "bmw");
  EXPECT_TRUE(rows[0].partial);
  EXPECT_EQ(rows[0].run, "r");
  EXPECT_EQ(rows[1].activated, 5U);
  EXPECT_EQ(rows[1].updated_at, kNow + 1ms);
  EXPECT_EQ(rows[2].date, "2026-11-20");
  EXPECT_EQ(rows[2].activated, 1U);
}

// -- models, alerts, people -------------------------------------------------------------------------------

TEST_P(FleetConformance, TheSameModelIsTheSameRow) {
  const fleet::VehicleModel model{.id = 0,
                                  .make = "tesla",
                                  .name = "model 3",
                                  .type = "long range",
                                  .version = "MT337",
                                  .battery_capacity_wh = 75'000,
                                  .sold_from = fleet::Day(std::chrono::days(18'000)),
                                  .sold_until = {},
                                  .warranty_years = 8,
                                  .warranty_km = 192'000,
                                  .source = "tesla"};
  const auto first = put(model);
  EXPECT_GT(first.id, 0);
  auto other = model;
  other.version = "";
  EXPECT_NE(put(other).id, first.id);
  auto again = model;
  again.battery_capacity_wh = 78'000;
  again.sold_from = {};
  EXPECT_EQ(put(again).id, first.id);
  const auto rows = await<Result<std::vector<fleet::VehicleModel>>>([&](auto done) {
                      fleet().models(std::move(done));
                    }).value();
  ASSERT_EQ(rows.size(), 2U);
  const auto& row = rows[rows[0].id == first.id ? 0 : 1];
  EXPECT_EQ(row.version, "MT337");
  EXPECT_EQ(row.name, "model 3");
  EXPECT_EQ(row.type, "long range");
  EXPECT_EQ(row.battery_capacity_wh, 78'000);
  EXPECT_FALSE(row.sold_from);
  EXPECT_EQ(row.warranty_years, 8);
  EXPECT_EQ(row.warranty_km, 192'000);
  EXPECT_EQ(row.source, "tesla");
}

TEST_P(FleetConformance, AnAlertIsReplacedUnderItsKey) {
  const auto alert = [](int number, Instant raised_at) {
    return fleet::Alert{.kind = fleet::AlertKind::refused,
                        .vin = a_vin(number),
                        .about = "no consent",
                        .oem = fleet::Oem::bmw,
                        .raised_at = raised_at,
                        .told_at = {},
                        .ended_at = {}};
  };
  const auto put = [&](std::vector<fleet::Alert> all) {
    done([&](auto done) { fleet().put_alerts(all, std::move(done)); });
  };
  auto unmapped = alert(3, kNow + 2ms);
  unmapped.oem = std::nullopt;
  unmapped.kind = fleet::AlertKind::unmapped;
  put({alert(1, kNow), alert(2, kNow + 1ms), unmapped});
  auto over = alert(2, kNow + 1ms);
  over.told_at = kNow + 3ms;
  over.ended_at = kNow + 4ms;
  put({over});
  const auto all = alerts(false);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].vin, a_vin(3)) << "newest first";
  EXPECT_EQ(all[0].kind, fleet::AlertKind::unmapped);
  EXPECT_EQ(all[0].oem, std::nullopt);
  EXPECT_EQ(all[1].about, "no consent");
  EXPECT_EQ(all[1].oem, fleet::Oem::bmw);
  EXPECT_EQ(all[1].told_at, kNow + 3ms);
  EXPECT_EQ(all[1].ended_at, kNow + 4ms);
  const auto lasting = alerts(true);
  ASSERT_EQ(lasting.size(), 2U);
  EXPECT_EQ(lasting[1].vin, a_vin(1));
  EXPECT_EQ(lasting[1].told_at, Instant());
  EXPECT_EQ(alerts(false, 1).size(), 1U);
}

TEST_P(FleetConformance, EveryAdminGetsEveryFleetOnce) {
  backend_->add_user("ada", "Admin");
  backend_->add_user("bob", "Admin");
  backend_->add_user("eve", "User");
  backend_->add_fleet("west");
  EXPECT_EQ(link_admins(), 2U);
  EXPECT_EQ(link_admins(), 0U);
  ASSERT_EQ(outcome_of(a_vehicle(1)), ports::FleetOutcome::applied);
  EXPECT_EQ(link_admins(), 2U) << "vehicles name fleets that nobody has entered";
  EXPECT_EQ(link_admins(), 0U);
}

// -- Tesla ------------------------------------------------------------------------------------------------

TEST_P(FleetConformance, AnOwnersTokensAreFencedByTheVersion) {
  ports::StoredTeslaOwner owner{.vin = a_vin(1),
                                .name = "Ada",
                                .email = "ada@example.org",
                                .region = "EUROPE",
                                .sealed_code = "code",
                                .sealed_tokens = "",
                                .callback_url = "https://example.org/back",
                                .version = 1};
  const auto put = [&] {
    return await<Status>([&](auto done) { fleet().put_tesla_owner(owner, std::move(done)); });
  };
  owner.version = 2;
  EXPECT_EQ(put().error().kind, ErrorKind::conflict) << "not on record";
  owner.version = 1;
  ASSERT_TRUE(put());
  EXPECT_EQ(put().error().kind, ErrorKind::conflict);
  owner.version = 2;
  owner.sealed_code = "";
  owner.sealed_tokens = "tokens";
  owner.email = "ada@example.com";
  ASSERT_TRUE(put());
  const auto owners = await<Result<std::vector<ports::StoredTeslaOwner>>>([&](auto done) {
                        fleet().tesla_owners(std::move(done));
                      }).value();
  ASSERT_EQ(owners.size(), 1U);
  EXPECT_EQ(owners[0].vin, a_vin(1));
  EXPECT_EQ(owners[0].name, "Ada");
  EXPECT_EQ(owners[0].email, "ada@example.com");
  EXPECT_EQ(owners[0].region, "EUROPE");
  EXPECT_EQ(owners[0].sealed_code, "");
  EXPECT_EQ(owners[0].sealed_tokens, "tokens");
  EXPECT_EQ(owners[0].callback_url, "https://example.org/back");
  EXPECT_EQ(owners[0].version, 2U);
}

TEST_P(FleetConformance, OneOwnerIsFoundByTheVehicle) {
  const auto find = [&](const Vin& vin) {
    return await<Result<std::optional<ports::StoredTeslaOwner>>>(
               [&](auto done) { fleet().find_tesla_owner(vin, std::move(done)); })
        .value();
  };
  EXPECT_FALSE(find(a_vin(1)));
  for (const int number : {1, 2}) {
    ports::StoredTeslaOwner owner{.vin = a_vin(number), .region = "EUROPE", .version = 1};
    owner.name = fmt::format("owner {}", number);
    owner.sealed_tokens = fmt::format("tokens {}", number);
    ASSERT_TRUE(
        await<Status>([&](auto done) { fleet().put_tesla_owner(std::move(owner), std::move(done)); }));
  }
  const auto found = find(a_vin(2));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->vin, a_vin(2));
  EXPECT_EQ(found->name, "owner 2");
  EXPECT_EQ(found->sealed_tokens, "tokens 2");
  EXPECT_FALSE(find(a_vin(3)));
}

TEST_P(FleetConformance, AFleetHasOneCodeAndTheNewestCounts) {
  for (const auto* code : {"old", "new"})
    done([&](auto done) { fleet().put_tesla_fleet_code("north", code, kNow, std::move(done)); });
  done([&](auto done) { fleet().put_tesla_fleet_code("south", "other", kNow, std::move(done)); });
  auto codes = await<Result<std::vector<std::pair<std::string, std::string>>>>([&](auto done) {
                 fleet().tesla_fleet_codes(std::move(done));
               }).value();
  EXPECT_THAT(codes, ::testing::UnorderedElementsAre(std::pair("north", "new"), std::pair("south", "other")));
}

}  // namespace
}  // namespace contactor::store::testing
