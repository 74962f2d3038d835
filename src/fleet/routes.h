#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "fleet/oem.h"
#include "fleet/vehicle.h"
#include "fleet/wanted.h"

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
  /// The make that the VIN says; the typed one where the VIN does not know one.
  struct Route {
    std::string_view make;     ///< lower case, as in the table; empty: unmapped
    std::optional<Oem> oem;    ///< nothing: unmapped
    bool contradicts = false;  ///< the typed make and the VIN's differ
  };
  [[nodiscard]] Route of(const Vin& vin, std::string_view typed_make) const;
  /// `MAKES_TO_OEM` as it holds now: every make that a cloud serves, in the order of the table.
  [[nodiscard]] std::vector<std::pair<std::string_view, Oem>> makes_to_oem() const;

 private:
  std::map<std::string, std::optional<Oem>, std::less<>> changes_;
};

/// Where a vehicle is handled now. It stays at its old cloud, wanted by nobody there, until that has nothing
/// of it any more: never two at once (RULINGS T34).
struct Place {
  std::optional<Oem> oem;
  bool leaves = false;  ///< to be deactivated here first; decide with `kLeaving`
};
[[nodiscard]] Place place(const Vehicle& vehicle, const Routes::Route& route);
inline constexpr Wanted kLeaving{.why = Why::moves};
/// The vehicle at that cloud; what another one said of it is forgotten. Not a step: the next one stores it.
[[nodiscard]] Vehicle placed(Vehicle vehicle, std::optional<Oem> oem);

}  // namespace contactor::fleet
