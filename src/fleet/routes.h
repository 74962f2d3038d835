#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "fleet/oem.h"
#include "fleet/vehicle.h"

namespace contactor::fleet {

/// Which make goes to which cloud: `MAKES_TO_OEM`, with the operator's changes over it.
class Routes {
 public:
  /// The table of the brief.
  Routes() = default;
  /// Changes of the form `renault=hm,dacia=hm,porsche=hm,ford=` (empty: served by none).
  /// @errors  invalid, naming the make or the cloud that does not exist.
  [[nodiscard]] static Result<Routes> with(std::string_view changes);

  [[nodiscard]] std::optional<Oem> of_make(std::string_view make) const;
  /// The make as typed in, where the VIN does not know one or both mean the same; otherwise the VIN's.
  struct Route {
    std::string_view make;     ///< lower case, as in the table; empty: unmapped
    std::optional<Oem> oem;    ///< nothing: unmapped
    bool contradicts = false;  ///< the typed make and the VIN's differ
  };
  [[nodiscard]] Route of(const Vin& vin, std::string_view typed_make) const;

 private:
  std::map<std::string, std::optional<Oem>, std::less<>> changes_;
};

}  // namespace contactor::fleet
