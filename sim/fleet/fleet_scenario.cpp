#include "fleet/fleet_scenario.h"

#include <algorithm>

#include <fmt/format.h>

#include "scenario.h"

namespace contactor::sim {
namespace {

using fleet::Day;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Millis between(Prng& dice, Millis low, Millis high) {
  return low +
         Millis(static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>((high - low).count()) + 1)));
}
std::size_t pick(Prng& dice, std::size_t low, std::size_t high) { return low + dice.below(high - low + 1); }

/// The first characters of VINs, one for each make of the brief and a few that no cloud serves.
constexpr std::array<std::string_view, 22> kMakers{
    "5YJ3E7EB", "WBA11AA0", "WMW11AA0", "VF1AG000", "UU1DJF00", "SJNFAAZE", "VR3UPHNK", "VF7UPHNK",
    "W0VUPHNK", "ZFAUPHNK", "WVWZZZE1", "WAUZZZE1", "VSSZZZE1", "TMBZZZE1", "KNACC81G", "W1K11111",
    "WF011111", "YV1XZK9V", "WP011111", "SALZZZZZ", "JTD11111", "KMH11111"};
constexpr std::size_t kServed = 18;

world::Temper draw_temper(Prng& dice) {
  constexpr std::array<std::size_t, world::temper_count> kWeights{60, 14, 6, 8, 7, 5};
  std::size_t left = dice.below(100);
  for (std::size_t i = 0; i < kWeights.size(); ++i) {
    if (left < kWeights[i]) return static_cast<world::Temper>(i);
    left -= kWeights[i];
  }
  return world::Temper::prompt;
}

CarPlan draw_car(Prng& dice, std::size_t number) {
  const bool served = dice.chance(0.92);
  const auto maker = kMakers[served ? dice.below(kServed) : kServed + dice.below(kMakers.size() - kServed)];
  return {.vin = *Vin::parse(fmt::format("{}{:09}", maker, number + 1)),
          .fleet = std::string(kFleetNames[dice.below(kFleetNames.size())]),
          .temper = draw_temper(dice)};
}

fleet::Wish draw_wish(Prng& dice, const FleetScenario& scenario, const CarPlan& car) {
  fleet::Wish wish{.fleet = car.fleet};
  const auto kind = dice.below(100);
  if (kind >= 4) wish.requested = kind < 78;
  const Day first = scenario.era->first;
  if (dice.chance(0.35)) wish.start = first + days(pick(dice, 0, 3)) - days(1);
  if (dice.chance(0.35)) wish.end = first + days(pick(dice, 0, 4));
  if (dice.chance(0.2)) wish.model = "typed in";
  return wish;
}

void draw_wishes(Prng& dice, FleetScenario& scenario) {
  const Instant start = scenario.era->start;
  const Instant end = start + scenario.hurts_for;
  for (std::size_t car = 0; car < scenario.cars.size(); ++car) {
    const Millis late = dice.chance(0.8) ? Millis(seconds(30)) : scenario.hurts_for;
    Instant at = start + seconds(1) + between(dice, Millis(0), late);
    std::size_t more = dice.chance(0.3) ? pick(dice, 1, 3) : 0;
    for (; at < end; at = at + between(dice, minutes(1), scenario.hurts_for / 2)) {
      scenario.wishes.push_back(
          {.at = at, .car = car, .wish = draw_wish(dice, scenario, scenario.cars[car])});
      if (more-- == 0) break;
    }
    // Only vehicles whose cloud would take them are meddled with: the others it would not show.
    if (dice.chance(0.08) && scenario.cars[car].temper < world::Temper::refused && !scenario.quiet)
      scenario.meddlings.push_back({.at = start + between(dice, hours(1), scenario.hurts_for),
                                    .car = car,
                                    .active = dice.chance(0.5)});
  }
  std::ranges::stable_sort(scenario.wishes, {}, &WishPlan::at);
}

void draw_rates(Prng& dice, FleetScenario& scenario) {
  for (std::size_t i = 0; i < kFleetFaultCount; ++i) {
    const bool active = dice.chance(0.25);
    const double rate = static_cast<double>(1 + dice.below(100)) / 400.0;
    if (active) scenario.rates[i] = rate;
  }
  const auto scale = [&](FleetFault fault, double by) {
    scenario.rates[static_cast<std::size_t>(fault)] *= by;
  };
  for (const auto at_each :
       {FleetFault::crash_before_commit, FleetFault::crash_after_commit, FleetFault::crash_before_call,
        FleetFault::crash_after_call, FleetFault::freeze_after_commit})
    scale(at_each, 0.03);
  // Rolled once in five minutes.
  for (const auto now_and_then :
       {FleetFault::freeze, FleetFault::crash_anytime, FleetFault::graceful_restart,
        FleetFault::cloud_refuses_all, FleetFault::cloud_silent, FleetFault::tokens_revoked,
        FleetFault::sign_in_refused, FleetFault::slack_dead})
    scale(now_and_then, 0.3);
  scale(FleetFault::store_refused, 0.15);
  scale(FleetFault::store_commit_unknown, 0.15);
  scale(FleetFault::store_read_failed, 0.15);
}

void draw_world(Prng& dice, FleetScenario& scenario) {
  scenario.world = world::calm();
  if (scenario.quiet || !scenario.alone_fails.empty()) return;
  scenario.world.faults = world::FaultPlan::drawn(dice.next());
  if (dice.chance(0.3)) scenario.world.fleet.token_lifetime = between(dice, minutes(3), hours(1));
  draw_rates(dice, scenario);
}

void draw_settings(Prng& dice, FleetScenario& scenario) {
  auto& settings = scenario.settings;
  settings.pace.retry_max = between(dice, hours(1), hours(5));
  settings.pace.look_again = between(dice, minutes(10), minutes(30));
  settings.pace.look_settled = between(dice, hours(3), hours(10));
  settings.page = pick(dice, 5, 60);
  settings.wave = pick(dice, 5, 120);
  settings.ahead = pick(dice, 1, 100);
}

void draw_routes(Prng& dice, FleetScenario& scenario) {
  constexpr std::array<std::string_view, 6> kChanges{
      "", "renault=hm,dacia=hm", "ford=", "opel=hm", "porsche=hm", "bmw=hm,mini="};
  scenario.routes = kChanges[dice.chance(0.7) ? 0 : dice.below(kChanges.size())];
  if (scenario.quiet || !dice.chance(0.2)) return;
  scenario.later_routes = kChanges[dice.below(kChanges.size())];
  if (scenario.later_routes != scenario.routes)
    scenario.reroute_at = scenario.era->start + between(dice, hours(2), scenario.hurts_for);
}

}  // namespace

std::string_view prefix_of(fleet::Oem oem) {
  constexpr std::array<std::string_view, fleet::oem_count> kPrefixes{"tesla", "bmw", "renault", "stellantis",
                                                                     "vw",    "kia", "hm"};
  return kPrefixes[static_cast<std::size_t>(oem)];
}

FleetScenario draw_fleet_scenario(std::uint64_t seed) {
  Prng dice = stream(seed, 11);
  FleetScenario scenario;
  scenario.seed = seed;
  scenario.era = &all_eras()[dice.below(all_eras().size())];
  scenario.quiet = dice.chance(0.12);
  if (!scenario.quiet && dice.chance(0.12))
    scenario.alone_fails = prefix_of(fleet::all_oems[dice.below(fleet::oem_count)]);
  scenario.hurts_for = between(dice, hours(12), hours(60));
  const std::size_t cars = dice.chance(0.2) ? pick(dice, 120, 300) : pick(dice, 40, 110);
  for (std::size_t i = 0; i < cars; ++i) scenario.cars.push_back(draw_car(dice, i));
  scenario.runners = pick(dice, 1, 3);
  for (auto& offset : scenario.offsets)
    if (dice.chance(0.5)) offset = between(dice, Millis(0), minutes(10));
  draw_wishes(dice, scenario);
  draw_settings(dice, scenario);
  draw_routes(dice, scenario);
  draw_world(dice, scenario);
  return scenario;
}

std::string describe(const FleetScenario& scenario) {
  std::string text = fmt::format(
      "{}: {} vehicles, {} wishes, {} runners, hurts for {}, page {}, wave {}, routes '{}' then '{}'{}{}",
      scenario.era->name, scenario.cars.size(), scenario.wishes.size(), scenario.runners,
      to_duration_text(scenario.hurts_for), scenario.settings.page, scenario.settings.wave, scenario.routes,
      scenario.reroute_at ? scenario.later_routes : scenario.routes,
      scenario.alone_fails.empty() ? "" : ", alone fails " + scenario.alone_fails,
      scenario.quiet ? ", quiet" : "; faults:");
  for (std::size_t i = 0; i < kFleetFaultCount; ++i)
    if (scenario.rates[i] > 0)
      text += fmt::format(" {}={:.4f}", to_string(static_cast<FleetFault>(i)), scenario.rates[i]);
  for (std::size_t i = 0; i < world::fault_kinds; ++i) {
    const auto kind = static_cast<world::FaultKind>(i);
    if (scenario.world.faults.rate(kind) > 0 && world::to_string(kind).starts_with("cloud_"))
      text += fmt::format(" {}={:.3f}", world::to_string(kind), scenario.world.faults.rate(kind));
  }
  return text;
}

}  // namespace contactor::sim
