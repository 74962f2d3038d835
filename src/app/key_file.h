#pragma once

#include "app/config.h"
#include "engine/vault.h"

namespace contactor::app {

enum class MissingKey : std::uint8_t { is_made, is_an_error };

/// The vault of `CONTACTOR_KEY_FILE`, which may also open what the key of `CONTACTOR_PREVIOUS_KEY_FILE` has
/// sealed.
/// @errors  invalid: the variable is not set, or its file is missing, readable by others, or no key.
[[nodiscard]] Result<engine::Vault> open_vault(const Config& config, MissingKey missing);

}  // namespace contactor::app
