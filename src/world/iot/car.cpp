#include "world/iot/car.h"

#include <algorithm>

#include "base/prng.h"

namespace contactor::world {
namespace {

constexpr Millis stays_awake = std::chrono::minutes(10);

std::uint64_t nature_of(const Vin& vin, std::uint64_t seed) {
  std::uint64_t hash = 0xcbf29ce484222325ULL ^ seed;
  for (const char c : vin.str()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return Prng(hash).next();
}

Mood mood_of(std::uint64_t nature, const std::array<double, mood_count>& weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  double left = static_cast<double>(Prng(nature).next() >> 11) * 0x1.0p-53 * sum;
  for (std::size_t mood = 0; mood < mood_count; ++mood) {
    if (left < weights[mood]) return static_cast<Mood>(mood);
    left -= weights[mood];
  }
  return Mood::online;
}

}  // namespace

Car make_car(const Vin& vin, const WorldParams& params, std::uint64_t world_seed, Instant now) {
  Car car;
  car.vin = vin;
  car.nature = nature_of(vin, world_seed);
  // A moment that is far enough in the past for the rate limit and for "last seen".
  car.window.fill(Instant::from_millis(INT64_MIN / 2));
  car.last_seen_at = now - Millis(static_cast<std::int64_t>(car.nature % 86'400'000));
  set_mood(car, mood_of(car.nature, params.mood_weights), now);
  return car;
}

void set_mood(Car& car, Mood mood, Instant now) {
  car.mood = mood;
  car.drops_left = mood == Mood::flaky ? 1 + static_cast<int>(car.nature % 4) : 0;
  car.wakes_at = Instant::never();
  if (mood == Mood::garage) {
    const auto hours = 2 + static_cast<std::int64_t>(car.nature % 47);
    car.wakes_at = now + std::chrono::hours(hours);
  }
}

bool Car::online(Instant now) const {
  switch (mood) {
    case Mood::online:
    case Mood::failing:
    case Mood::lying:
    case Mood::flaky:
    case Mood::slow:
      return true;
    case Mood::asleep:
      return !wakes_at.is_never() && wakes_at <= now && now < wakes_at + stays_awake;
    case Mood::garage:
      return wakes_at <= now;
    case Mood::gone:
    case Mood::unknown:
      return false;
  }
  return false;
}

Instant Car::reachable_at(Instant now) {
  if (online(now)) return now;
  if (mood == Mood::asleep && (wakes_at.is_never() || wakes_at <= now)) {
    Prng dice(nature ^ static_cast<std::uint64_t>(now.millis()));
    wakes_at = now + std::chrono::minutes(1) + Millis(static_cast<std::int64_t>(dice.below(19 * 60'000)));
  }
  return mood == Mood::asleep || mood == Mood::garage ? wakes_at : Instant::never();
}

std::string Car::firmware_version() const {
  return fmt::format("4.{}.{}", nature >> 8 & 15, nature >> 16 & 31);
}

bool Car::driving(Instant now) const {
  const auto hour = static_cast<std::uint64_t>(now.millis() / 3'600'000);
  // Whoever drives in an hour arrives in it: nobody waits for hours until a car is parked.
  const bool has_arrived = now.millis() % 3'600'000 >= 40 * 60'000;
  return !has_arrived && (nature ^ hour * 0x9e3779b97f4a7c15ULL) % 5 == 0;
}

std::string_view Car::failing_code() const {
  constexpr std::array<std::string_view, 3> codes{"invalid_configuration", "vehicle_incompatible",
                                                  "internal"};
  return codes[(nature >> 24) % codes.size()];
}

const Feature* find_feature(const std::vector<Feature>& features, std::string_view service_id) {
  const auto found = std::ranges::find(features, service_id, &Feature::service_id);
  return found == features.end() ? nullptr : &*found;
}

bool apply_feature(Car& car, std::string_view service_id, bool active, std::uint64_t generation,
                   bool& changed) {
  auto found = std::ranges::find(car.features, service_id, &Feature::service_id);
  if (found == car.features.end())
    found = car.features.insert(car.features.end(), Feature{std::string(service_id), false, 0});
  if (generation < found->generation) return false;
  // One generation is one wish: a contradicting command of the same generation is not a newer wish.
  if (generation == found->generation && generation != 0 && found->active != active) return false;
  changed = found->active != active;
  found->active = active;
  found->generation = generation;
  return true;
}

}  // namespace contactor::world
