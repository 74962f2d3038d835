#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "world/context.h"
#include "world/iot/car.h"

namespace contactor::world {

/// Every car the world has heard of. A car exists from the first time somebody names its VIN.
class Vehicles {
 public:
  explicit Vehicles(Context& context) : context_(context) {}

  /// @return nothing once the world holds as many cars as it may.
  [[nodiscard]] std::optional<std::uint32_t> find_or_make(const Vin& vin, Instant now);
  [[nodiscard]] const Car* find(const Vin& vin) const;
  [[nodiscard]] Car& at(std::uint32_t index) { return cars_[index]; }
  void pin_mood(const Vin& vin, Mood mood, Instant now);
  /// Every car that can be helped is online from now on; `gone`, `failing` and `unknown` stay what they are.
  void heal(Instant now);

 private:
  void heal_car(Car& car, Instant now) const;

  Context& context_;
  std::vector<Car> cars_;
  std::unordered_map<Vin, std::uint32_t> by_vin_;
  bool healed_ = false;
};

}  // namespace contactor::world
