#pragma once

#include <cstdint>
#include <string>

namespace contactor::bench {

/// VINs decoded a second on one core, and makes right over a list of "VIN make" lines.
void decode_vins(const std::string& list_file, std::uint64_t count);

}  // namespace contactor::bench
