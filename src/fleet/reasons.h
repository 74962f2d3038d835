#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "fleet/oem.h"

namespace contactor::fleet {

/// Who has to act so that it can go on.
enum class Actor : std::uint8_t { nobody, driver, owner, operator_, oem, support };
[[nodiscard]] std::string_view to_string(Actor actor);

/// One row of REASON_MAPPING.
struct Reason {
  Oem oem;
  std::string_view key;   ///< as the gateway reports it: "missing_key"
  std::string_view text;  ///< what it means, one sentence
  std::string_view todo;  ///< what to do about it, one sentence
  Actor who = Actor::nobody;
  bool final = false;  ///< asking again changes nothing before `who` has acted
  bool leftover =
      false;  ///< the cloud holds something all the same, which must be taken back when not wanted
};

/// Every row, by cloud.
[[nodiscard]] std::span<const Reason> all_reasons();
/// The words of a cloud as a key: lower case, everything but letters and digits as one `_`. "invalid VIN" is
/// `invalid_vin`.
[[nodiscard]] std::string reason_key(std::string_view words);

/// @return  the row; for a key that the table lacks, the cloud's row for unknown words (never null).
[[nodiscard]] const Reason& find_reason(Oem oem, std::string_view key);

/// `MAKES_WITH_SOH_BIB`: their state of health is computed or told by the maker.
[[nodiscard]] bool has_soh(std::string_view make);
/// `MAKES_WITH_SOH_BIB_WO_MODEL_API`: of those, whose model people must
/// enter.
[[nodiscard]] bool needs_model_by_hand(std::string_view make);
/// Do these two lists fit together? The second must lie inside the first, and both hold makes of the table.
[[nodiscard]] Status check_makes(std::span<const std::string_view> with_soh,
                                 std::span<const std::string_view> without_model_api);
/// `MAKES_TO_OEM`, the lists of makes and `REASON_MAPPING`: the tables contradict each other nowhere. @errors
/// internal, naming the make or the reason.
[[nodiscard]] Status check_tables();

}  // namespace contactor::fleet
