#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "vin/vin.h"
#include "world/params.h"

namespace contactor::world {

struct Feature {
  std::string service_id;
  bool active = false;
  std::uint64_t generation = 0;
};

/// One car: its mood, its feature flags, and what the IoT API last heard of them.
struct Car {
  Vin vin;
  std::uint64_t nature = 0;  ///< drawn once from seed and VIN; every stable trait comes from it
  Mood mood = Mood::online;
  int drops_left = 0;                   ///< flaky only
  Instant wakes_at = Instant::never();  ///< asleep: from then on for ten minutes; garage: from then on
  Instant last_seen_at;
  std::vector<Feature> features;  ///< the truth
  std::vector<Feature> shown;     ///< what the state cache says
  std::vector<Feature> shown_before;
  Instant shown_changed_at;
  std::vector<std::uint32_t> commands;  ///< all it was ever sent, oldest first
  std::array<Instant, 10> window;       ///< when the last ten commands were taken, a ring
  std::size_t window_at = 0;

  [[nodiscard]] bool online(Instant now) const;
  /// When a message sent now can reach it; an asleep car is woken by it, polling is not.
  [[nodiscard]] Instant reachable_at(Instant now);
  [[nodiscard]] std::int64_t signal_strength_dbm() const {
    return -60 - static_cast<std::int64_t>(nature % 50);
  }
  [[nodiscard]] std::string firmware_version() const;
  [[nodiscard]] bool driving(Instant now) const;
  /// The code with which a failing car rejects everything.
  [[nodiscard]] std::string_view failing_code() const;
};

/// @param world_seed  with the VIN alone decides the car's nature, in whatever order cars are first heard of.
[[nodiscard]] Car make_car(const Vin& vin, const WorldParams& params, std::uint64_t world_seed, Instant now);
/// Gives the car a mood and the traits that go with it.
void set_mood(Car& car, Mood mood, Instant now);
[[nodiscard]] const Feature* find_feature(const std::vector<Feature>& features, std::string_view service_id);
/// Takes a command's effect. False where it is older than what the car already obeyed.
[[nodiscard]] bool apply_feature(Car& car, std::string_view service_id, bool active, std::uint64_t generation,
                                 bool& changed);

}  // namespace contactor::world
