#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace contactor::world {

/// The body of `POST /vehicle/{vin}/configure`, read and checked.
struct ConfigureRequest {
  std::string command_id;
  std::string service_id;
  bool enable = true;
  std::uint64_t generation = 0;
  Instant expires_at = Instant::never();
  std::string callback_url;
  std::uint64_t payload_hash = 0;  ///< equal for equal content
};

/// @errors  invalid, naming the member that is missing or wrong.
[[nodiscard]] Result<ConfigureRequest> parse_configure(std::string_view body);

}  // namespace contactor::world
