#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/prng.h"
#include "faults.h"
#include "ota/activation.h"
#include "ota/policy.h"
#include "world/params.h"

namespace contactor::sim {

/// 2026-11-21T06:00:00Z, when every run begins.
inline constexpr Instant kRunStart = Instant::from_millis(1'795'240'800'000);

/// What a shop, a customer or an operator will do, decided before the run.
struct OrderPlan {
  ota::Order order;
  Instant at;
  std::optional<Instant> repeat_same_at;   ///< the same order again, same key
  std::optional<Instant> repeat_key_at;    ///< the same order under another key
  std::optional<Instant> repeat_other_at;  ///< the same order id with other facts
  std::optional<Instant> cancel_at;
};

/// Everything about one run, derived from its seed.
struct Scenario {
  std::uint64_t seed = 0;
  bool canary = false;  ///< the provider takes held money by itself: a run in which the checkers must cry out
  bool quiet = false;   ///< nothing goes wrong but the cars themselves
  ota::Policy policy;
  std::size_t calls_in_flight_max = 256;
  std::vector<OrderPlan> orders;
  std::size_t vehicles = 0;
  Millis hurts_for{};
  Millis desk_interval{};  ///< how often a technician looks at the tickets
  double desk_acts = 0;    ///< the share of open tickets that get an act at a look
  FaultRates fault_rates{};
  world::WorldParams world;
  double callbacks_share = 1;            ///< 0: the API is only polled
  std::size_t nodes = 0;                 ///< on one disk; 0: one process that knows of no others
  bool names_stay = true;                ///< a restarted node has its name of before
  std::array<Millis, 3> clock_errors{};  ///< of the nodes' wall clocks at the start
};

/// @param nodes  instead of what the seed draws
[[nodiscard]] Scenario draw_scenario(std::uint64_t seed, std::optional<std::size_t> nodes = {});
/// The derived options in one line, for the report of a failing seed.
[[nodiscard]] std::string describe(const Scenario& scenario);
/// A stream of numbers of its own, so that one part's draws do not shift another's.
[[nodiscard]] inline Prng stream(std::uint64_t seed, std::uint64_t purpose) {
  return Prng(Prng(seed * 0x9e3779b97f4a7c15ULL + purpose).next());
}

}  // namespace contactor::sim
