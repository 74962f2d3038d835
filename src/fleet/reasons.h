#pragma once

#include <cstdint>
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
};

/// @return  the row; for a key that the table lacks, the cloud's row for unknown words (never null).
[[nodiscard]] const Reason& find_reason(Oem oem, std::string_view key);

/// `MAKES_WITH_SOH_BIB`: their state of health is computed or told by the maker.
[[nodiscard]] bool has_soh(std::string_view make);
/// `MAKES_WITH_SOH_BIB_WO_MODEL_API`: of those, whose model people must enter.
[[nodiscard]] bool needs_model_by_hand(std::string_view make);
/// The tables contradict each other nowhere. @errors  internal, naming the make or the reason.
[[nodiscard]] Status check_tables();

}  // namespace contactor::fleet
