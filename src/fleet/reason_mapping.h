#pragma once

#include <span>

#include "fleet/reasons.h"

namespace contactor::fleet {

/// REASON_MAPPING: what each cloud says of its vehicles, in people's words.
/// @source  facts of the makers' APIs; a gateway reports exactly these keys.
[[nodiscard]] std::span<const Reason> reason_mapping();
/// The rows that every cloud has; their `oem` means nothing.
[[nodiscard]] std::span<const Reason> common_reasons();

}  // namespace contactor::fleet
