#include <algorithm>

#include "store/charging/conformance.h"

namespace contactor::store::testing {
namespace {

using ports::RecordOutcome;
using Outcomes = std::vector<RecordOutcome>;

TEST_P(ChargingConformance, AStatComesBackAsItWasStored) {
  auto stat = a_stat(1);
  EXPECT_EQ(write({.at = kNow, .stats = {stat}}).stats, Outcomes{RecordOutcome::created});
  backend_->restart();
  auto found = find<charging::ChargingStat>("stat-001");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->created_at, kNow);
  EXPECT_TRUE(same_json(found->telemetry, stat.stat.telemetry)) << found->telemetry.text;
  found->telemetry = stat.stat.telemetry;
  found->created_at.reset();
  EXPECT_EQ(*found, stat.stat);
}

TEST_P(ChargingConformance, AStatWithNothingButWhatItMustHaveComesBackToo) {
  ports::StoredStat stat{.stat = {}, .stream = "s"};
  stat.stat.id = a_stat(1).stat.id;
  stat.stat.provider = "p";
  stat.stat.measured_at = kNow;
  stat.stat.created_at = kNow - Millis(5);
  write({.at = kNow, .stats = {stat}});
  EXPECT_EQ(find<charging::ChargingStat>("stat-001"), stat.stat);
}

TEST_P(ChargingConformance, TheSameStatAgainIsUnchangedAndAnotherReplacesIt) {
  auto stat = a_stat(1);
  stat.stat.charging_event_id = charging::IdOf<charging::ChargingEvent>("evt-7");
  write({.at = kNow, .stats = {stat}});
  stat.stat.charging_event_id.reset();
  stat.stat.telemetry = {R"({"a":{"x":"ü\n"},"b":[1,2.5,null]})"};
  EXPECT_EQ(write({.at = kNow + Millis(1), .stats = {stat}}).stats, Outcomes{RecordOutcome::unchanged});
  stat.stat.odometer = charging::Metres(1);
  EXPECT_EQ(write({.at = kNow + Millis(2), .stats = {stat}}).stats, Outcomes{RecordOutcome::updated});
  const auto found = find<charging::ChargingStat>("stat-001");
  EXPECT_EQ(found->odometer, charging::Metres(1));
  EXPECT_EQ(found->charging_event_id, charging::IdOf<charging::ChargingEvent>("evt-7"));
  EXPECT_EQ(found->created_at, kNow + Millis(2));
}

TEST_P(ChargingConformance, OfSeveralStatsWithOneIdTheLastCounts) {
  auto first = a_stat(1), last = a_stat(1);
  last.stat.odometer = charging::Metres(2);
  EXPECT_EQ(write({.at = kNow, .stats = {first, a_stat(2), last}}).stats,
            (Outcomes{RecordOutcome::unchanged, RecordOutcome::created, RecordOutcome::created}));
  EXPECT_EQ(find<charging::ChargingStat>("stat-001")->odometer, charging::Metres(2));
}

TEST_P(ChargingConformance, ThousandsOfStatsAreOneWrite) {
  ports::ChargingWrite all{.at = kNow};
  for (int i = 0; i < 3'000; ++i) all.stats.push_back(a_stat(i));
  EXPECT_EQ(write(all).stats, Outcomes(3'000, RecordOutcome::created));
  EXPECT_EQ(write(all).stats, Outcomes(3'000, RecordOutcome::unchanged));
  EXPECT_EQ(window({.stream = "north/dongle", .limit = 100'000}).size(), 3'000U);
}

TEST_P(ChargingConformance, AnEventComesBackAsItWasStored) {
  const auto event = an_event(1);
  auto found = stored(event);
  EXPECT_EQ(found.version, 1);
  EXPECT_EQ(found.created_at, kNow);
  EXPECT_EQ(found.updated_at, kNow);
  EXPECT_TRUE(same_json(found.provider_info, event.event.provider_info)) << found.provider_info.text;
  found.provider_info = event.event.provider_info;
  found.version = 0;
  found.created_at = found.updated_at = std::nullopt;
  EXPECT_EQ(found, event.event);
}

TEST_P(ChargingConformance, TheSameContentIsNoNewVersion) {
  auto event = an_event(1);
  stored(event);
  event.event.provider_info = {R"({"cable":{"locked":true},"n":100,"tariff":"night"})"};
  const auto written = write({.at = kNow + Millis(9), .events = {event}});
  EXPECT_EQ(written.events, Outcomes{RecordOutcome::unchanged});
  EXPECT_TRUE(written.changed.empty());
  EXPECT_EQ(find<charging::ChargingEvent>("evt-001")->updated_at, kNow);
}

TEST_P(ChargingConformance, ChangedContentIsTheNextVersionAndTheEarlierOneIsKept) {
  auto event = an_event(1);
  stored(event);
  event.event.energy = charging::WattHours(-5);
  const auto written = write({.at = kNow + Millis(9), .events = {event}});
  EXPECT_EQ(written.events, Outcomes{RecordOutcome::updated});
  ASSERT_EQ(written.changed.size(), 1U);
  EXPECT_EQ(written.changed[0].version, 2);
  const auto versions = good<std::vector<charging::ChargingEvent>>(
      [&](auto done) { charging().event_versions(event.event.id, std::move(done)); });
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[0].energy, charging::WattHours(12'345));
  EXPECT_EQ(versions[0].version, 1);
  EXPECT_EQ(versions[1].energy, charging::WattHours(-5));
  EXPECT_EQ(versions[1].supersedes, 1);
  EXPECT_EQ(versions[1].created_at, kNow);
  EXPECT_EQ(versions[1].updated_at, kNow + Millis(9));
}

TEST_P(ChargingConformance, AVersionThatDoesNotFollowTheStoredOneIsStaleAndTakesAllBack) {
  auto event = an_event(1);
  event.event.version = 1;
  EXPECT_FALSE(write({.at = kNow, .events = {event}}).stale);
  event.event.energy = charging::WattHours(1);
  for (const std::int64_t version : {1, 3}) {
    event.event.version = version;
    const auto written = write({.at = kNow, .stats = {a_stat(1)}, .events = {event, an_event(2)}});
    EXPECT_TRUE(written.stale);
    EXPECT_TRUE(written.stats.empty());
  }
  EXPECT_FALSE(find<charging::ChargingStat>("stat-001"));
  EXPECT_FALSE(find<charging::ChargingEvent>("evt-002"));
  event.event.version = 2;
  EXPECT_EQ(write({.at = kNow, .events = {event}}).events, Outcomes{RecordOutcome::updated});
}

TEST_P(ChargingConformance, LinkingIsNoNewVersion) {
  auto event = an_event(1);
  stored(event);
  event.event.same_as = charging::IdOf<charging::ChargingEvent>("evt-009");
  event.event.location_id.reset();
  EXPECT_EQ(write({.at = kNow + Millis(1), .events = {event}}).events, Outcomes{RecordOutcome::linked});
  auto found = find<charging::ChargingEvent>("evt-001");
  EXPECT_EQ(found->version, 1);
  EXPECT_EQ(found->same_as, event.event.same_as);
  EXPECT_EQ(found->location_id, charging::IdOf<charging::Location>("loc-1"));
  event.event.version = 1;
  event.event.same_as.reset();
  EXPECT_EQ(write({.at = kNow + Millis(2), .events = {event}}).events, Outcomes{RecordOutcome::linked});
  found = find<charging::ChargingEvent>("evt-001");
  EXPECT_FALSE(found->same_as);
  EXPECT_FALSE(found->location_id);
  EXPECT_EQ(found->updated_at, kNow + Millis(2));
}

TEST_P(ChargingConformance, AFenceOfAStreamLetsOneThroughAndTakesAllOfTheOtherBack) {
  const auto versions = [&] {
    return good<std::vector<std::pair<std::string, std::uint64_t>>>(
        [&](auto done) { charging().stream_versions({"s", "t"}, std::move(done)); });
  };
  EXPECT_FALSE(write({.at = kNow, .fences = {{.stream = "s"}}}).stale);
  EXPECT_TRUE(write({.at = kNow, .stats = {a_stat(1)}, .fences = {{.stream = "s"}}}).stale);
  EXPECT_TRUE(write({.at = kNow, .fences = {{.stream = "t", .base_version = 1}}}).stale);
  EXPECT_FALSE(find<charging::ChargingStat>("stat-001"));
  EXPECT_FALSE(write({.at = kNow, .fences = {{.stream = "s", .base_version = 1}}}).stale);
  EXPECT_EQ(versions(), (std::vector<std::pair<std::string, std::uint64_t>>{{"s", 2}}));
}

TEST_P(ChargingConformance, WritesThatComeTogetherAreJudgedOneByOne) {
  constexpr int kWrites = 30;
  std::vector<std::optional<Result<ports::ChargingWritten>>> answers(kWrites);
  for (int i = 0; i < kWrites; ++i) {
    ports::ChargingWrite one{.at = kNow, .stats = {a_stat(i)}};
    if (i % 3 == 1) one.fences = {{.stream = "contested"}};  // only the first of these is in time
    if (i % 3 == 2) one.stats[0].stream.clear();             // malformed
    charging().write(std::move(one), [&answers, i](auto answer) {
      answers[static_cast<std::size_t>(i)].emplace(std::move(answer));
    });
  }
  while (!std::ranges::all_of(answers, [](const auto& answer) { return answer.has_value(); }))
    backend_->turn();
  for (int i = 0; i < kWrites; ++i) {
    const auto& answer = *answers[static_cast<std::size_t>(i)];
    ASSERT_EQ(answer.has_value(), i % 3 != 2) << i;
    EXPECT_EQ(answer && answer->stale, i % 3 == 1 && i != 1) << i;
    const bool is_stored = i % 3 == 0 || i == 1;
    EXPECT_EQ(find<charging::ChargingStat>(a_stat(i).stat.id.str()).has_value(), is_stored) << i;
  }
}

TEST_P(ChargingConformance, TheMarkOfAJobMovesWithItsDataAndNeverBack) {
  const auto mark = [&] {
    return *good<std::optional<charging::LastRunTime>>([&](auto done) {
      charging().mark_of(charging::IdOf<charging::Credential>("cred-1"), "poll", std::move(done));
    });
  };
  charging::LastRunTime run{.credential_id = charging::IdOf<charging::Credential>("cred-1"),
                            .job_name = "poll",
                            .last_run_at = kNow,
                            .high_water_at = kNow,
                            .overlap = charging::Seconds(60)};
  write({.at = kNow, .run = run});
  EXPECT_FALSE(mark().finished_at);
  auto later = run;
  later.last_run_at = kNow + Millis(20);
  later.finished_at = kNow + Millis(30);
  later.high_water_at = kNow - Millis(1);
  EXPECT_TRUE(write({.at = kNow, .fences = {{.stream = "s", .base_version = 9}}, .run = later}).stale);
  EXPECT_EQ(mark().last_run_at, kNow);
  write({.at = kNow + Millis(40), .run = later});
  EXPECT_EQ(mark().last_run_at, kNow + Millis(20));
  EXPECT_EQ(mark().finished_at, kNow + Millis(30));
  EXPECT_EQ(mark().high_water_at, kNow);
  EXPECT_EQ(mark().overlap, charging::Seconds(60));
  EXPECT_EQ(mark().created_at, kNow);
  EXPECT_EQ(mark().updated_at, kNow + Millis(40));
}

TEST_P(ChargingConformance, ALocationIsStoredOnce) {
  charging::Location location{.id = charging::IdOf<charging::Location>("loc-1"),
                              .latitude = charging::TenMillionthDegrees(1),
                              .longitude = charging::TenMillionthDegrees(-2),
                              .address = "Here"};
  write({.at = kNow, .locations = {location}});
  location.address = "There";
  write({.at = kNow + Millis(1), .locations = {location}});
  EXPECT_EQ(find<charging::Location>("loc-1")->address, "Here");
  EXPECT_EQ(find<charging::Location>("loc-1")->longitude, charging::TenMillionthDegrees(-2));
}

TEST_P(ChargingConformance, WhatNoDatabaseCanKeepIsRefusedBeforeAnythingIsStored) {
  auto nul = a_stat(2), escaped = a_stat(2), nameless = a_stat(2), innocent = a_stat(3);
  nul.stat.provider = std::string("a\0b", 3);
  escaped.stat.telemetry = {R"({"a":"\u0000"})"};
  nameless.stream.clear();
  innocent.stat.telemetry = {R"({"a":"\\u0000"})"};
  for (const auto& bad : {nul, escaped, nameless}) {
    const auto written = await<Result<ports::ChargingWritten>>(
        [&](auto done) { charging().write({.at = kNow, .stats = {a_stat(1), bad}}, std::move(done)); });
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::invalid);
  }
  EXPECT_FALSE(find<charging::ChargingStat>("stat-001"));
  write({.at = kNow, .stats = {innocent}});
  EXPECT_TRUE(same_json(find<charging::ChargingStat>("stat-003")->telemetry, innocent.stat.telemetry));
}

// -- sessions ---------------------------------------------------------------------------------------------

TEST_P(ChargingConformance, StatsOfAStreamAreReadForwardsAndBackwards) {
  ports::ChargingWrite all{.at = kNow};
  for (const int number : {3, 1, 2, 4}) all.stats.push_back(a_stat(number));
  all.stats.push_back(a_stat(5));
  all.stats.back().stream = "other";
  write(all);
  using Ids = std::vector<std::string>;
  const auto at = [](int number) { return a_stat(number).stat.measured_at; };
  const std::string stream = "north/dongle";
  EXPECT_EQ(window({.stream = stream, .from = at(2)}), (Ids{"stat-002", "stat-003", "stat-004"}));
  EXPECT_EQ(window({.stream = stream, .from = at(2), .until = at(4)}), (Ids{"stat-002", "stat-003"}));
  EXPECT_EQ(window({.stream = stream, .from = at(2), .limit = 1}), (Ids{"stat-002"}));
  EXPECT_EQ(window({.stream = stream, .until = at(4), .backwards = true, .limit = 2}),
            (Ids{"stat-003", "stat-002"}));
}

TEST_P(ChargingConformance, EventsOfAVehicleAreThoseThatOverlap) {
  auto open = an_event(5), bad = an_event(3), other = an_event(4);
  open.event.ended_at.reset();
  bad.event.quarantined = true;
  other.event.vin = a_vin(2);
  write({.at = kNow, .events = {open, an_event(2), an_event(1), bad, other}});
  const auto ids = [](const std::vector<ports::StoredEvent>& events) {
    std::vector<std::string> all;
    for (const auto& event : events) all.push_back(event.event.id.str());
    return all;
  };
  const auto of = [&](Instant from, Instant until) {
    return ids(good<std::vector<ports::StoredEvent>>(
        [&](auto done) { charging().events_of(a_vin(1), from, until, std::move(done)); }));
  };
  using Ids = std::vector<std::string>;
  const auto start = [](int number) { return an_event(number).event.started_at; };
  EXPECT_EQ(of(Instant(), Instant::never()), (Ids{"evt-001", "evt-002", "evt-005"}));
  EXPECT_EQ(of(start(1) + std::chrono::minutes(40), start(2)), (Ids{"evt-001", "evt-002"}));
  EXPECT_EQ(of(start(1) + std::chrono::minutes(41), start(2) - Millis(1)), Ids{});
  EXPECT_EQ(of(start(9), start(10)), (Ids{"evt-005"}));
  EXPECT_EQ(ids(good<std::vector<ports::StoredEvent>>([&](auto done) {
              charging().events_of_stream("north/dongle", start(3), start(4), std::move(done));
            })),
            (Ids{"evt-003", "evt-004"}));
}

TEST_P(ChargingConformance, OpenEventsAreTheComputedOnesWithoutAnEnd) {
  auto told = an_event(1), early = an_event(2), late = an_event(4), ended = an_event(6);
  for (auto* event : {&told, &early, &late}) event->event.ended_at.reset();
  write({.at = kNow, .events = {told, late, early, ended}});
  const auto open = [&](Instant before, std::size_t limit) {
    return good<std::vector<ports::StoredEvent>>(
        [&](auto done) { charging().open_events(before, limit, std::move(done)); });
  };
  ASSERT_EQ(open(late.event.started_at, 10).size(), 1U);
  EXPECT_EQ(open(late.event.started_at, 10)[0].event.id, early.event.id);
  EXPECT_TRUE(open(late.event.started_at, 10)[0].is_computed);
  EXPECT_EQ(open(Instant::never(), 10).size(), 2U);
  EXPECT_EQ(open(Instant::never(), 1)[0].event.id, early.event.id);
}

}  // namespace
}  // namespace contactor::store::testing
