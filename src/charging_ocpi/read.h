#pragma once

#include <optional>
#include <string>

#include "charging_ocpi/ocpi.h"

namespace boost::json {
class object;
}  // namespace boost::json

namespace contactor::charging_ocpi {

/// What one CDR or Session is to us: one of the three.
struct OneRead {
  std::optional<charging::ChargingEvent> event;
  std::string without_charging;  ///< why it is no event
  std::string fault;
};
[[nodiscard]] OneRead read_one(Object object, const boost::json::object& from);

/// The member of `provider_info` that keeps the object which was read.
[[nodiscard]] constexpr std::string_view kept_as(Object object) {
  return object == Object::cdr ? "ocpi_cdr" : "ocpi_session";
}

}  // namespace contactor::charging_ocpi
