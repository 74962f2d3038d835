#pragma once

#include <string>

namespace boost::json {
class object;
}

namespace contactor::gateways::iot_api {

inline constexpr std::size_t kSnapshotMax = 64 * 1024;

/// A status answer as a ticket may keep it: positions rounded to one decimal (about 11 km), everything else
/// as it is. Telemetry is left out where the whole would be larger than `kSnapshotMax`.
[[nodiscard]] std::string snapshot_of(boost::json::object status);

}  // namespace contactor::gateways::iot_api
