#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/calendar.h"

namespace contactor::fleet {

/// One row of `vehicle_model`.
struct VehicleModel {
  std::int64_t id = 0;  ///< 0: not yet on record
  std::string make;     ///< lower case, as in the table of makes
  std::string name;
  std::string type;
  std::string version;
  std::optional<std::int64_t> battery_capacity_wh;
  std::optional<Day> sold_from;
  std::optional<Day> sold_until;
  std::optional<int> warranty_years;
  std::optional<std::int64_t> warranty_km;
  std::string source;  ///< "tesla", "import", …
};

/// What a maker tells of one vehicle.
struct ModelFacts {
  std::string name;
  std::string type;
  std::string version;  ///< exact where the maker has option codes: it decides alone then
  std::optional<std::int64_t> battery_capacity_wh;
  std::optional<Day> first_registration;
  std::optional<int> warranty_years;
  std::optional<std::int64_t> warranty_km;
};

/// The model on record that the facts describe; nothing where none does: a wrong battery is worse than none.
/// @param models  of any make.
/// @source  facts of the makers' texts: `facts/oem.md` 1.9, 4.4, 5.4 describe what must be matched.
[[nodiscard]] const VehicleModel* match_model(const std::vector<VehicleModel>& models, std::string_view make,
                                              const ModelFacts& facts);

/// Tesla's model name from the VIN's fourth character: "model 3"; empty where it is another letter.
[[nodiscard]] std::string_view tesla_model_name(std::string_view vin);

}  // namespace contactor::fleet
