#pragma once

#include <span>
#include <string>
#include <string_view>

#include "vin/vin.h"

namespace contactor {

/// One make of cars.
struct Make {
  std::string_view name;  ///< lower case, as in the brief
  std::string_view
      oem;  ///< the cloud that serves it: tesla bmw renault stellantis volkswagen kia hm; empty: none
  bool tells_model_year = false;  ///< position 10 holds the model year in every market
  std::string_view makers;        ///< its world manufacturer identifiers, three characters each
};

/// The make whose maker built this vehicle, nothing where the table does not know it.
[[nodiscard]] const Make* make_of(const Vin& vin);

/// The make that a person means by this name: case, accents, hyphens and usual other names are folded
/// ("Škoda", "MERCEDES", "ds", "volvo-cars"); nothing where no make has it.
[[nodiscard]] const Make* find_make(std::string_view name);

/// Every make of the table, those of the brief first.
[[nodiscard]] std::span<const Make> all_makes();

/// Country of a world manufacturer identifier, ISO 3166-1 alpha-2; empty where none is assigned.
[[nodiscard]] std::string_view country_of(const Vin& vin);

}  // namespace contactor
