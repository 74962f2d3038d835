#include "world/iot/vehicles.h"

namespace contactor::world {

std::optional<std::uint32_t> Vehicles::find_or_make(const Vin& vin, Instant now) {
  if (const auto found = by_vin_.find(vin); found != by_vin_.end()) return found->second;
  if (cars_.size() >= context_.params.cars_max) return std::nullopt;
  const auto index = static_cast<std::uint32_t>(cars_.size());
  cars_.push_back(make_car(vin, context_.params, context_.seed, now));
  if (healed_) heal_car(cars_.back(), now);
  by_vin_.emplace(vin, index);
  return index;
}

const Car* Vehicles::find(const Vin& vin) const {
  const auto found = by_vin_.find(vin);
  return found == by_vin_.end() ? nullptr : &cars_[found->second];
}

void Vehicles::pin_mood(const Vin& vin, Mood mood, Instant now) {
  if (const auto index = find_or_make(vin, now)) set_mood(cars_[*index], mood, now);
}

void Vehicles::heal(Instant now) {
  healed_ = true;
  for (Car& car : cars_) heal_car(car, now);
}

void Vehicles::heal_car(Car& car, Instant now) const {
  switch (car.mood) {
    case Mood::online:
    case Mood::asleep:
    case Mood::garage:
    case Mood::lying:
    case Mood::flaky:
    case Mood::slow:
      set_mood(car, Mood::online, now);
      break;
    case Mood::gone:
    case Mood::failing:
    case Mood::unknown:
      break;
  }
}

}  // namespace contactor::world
