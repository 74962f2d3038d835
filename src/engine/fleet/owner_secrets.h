#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/vault.h"
#include "ports/fleet_store.h"
#include "ports/tesla_owner.h"

namespace contactor::engine {

/// What an owner has entrusted to us, and what of it was used up.
struct OwnerSecrets {
  Secret code;  ///< not yet used; empty: none
  std::optional<ports::OwnerTokens> tokens;
  std::string used_code;  ///< digest of the code that was used last: it does not count as a new consent
};

/// @errors  invalid: sealed under another key, or changed.
[[nodiscard]] Result<OwnerSecrets> open_secrets(const Vault& vault, const ports::StoredTeslaOwner& row);
/// Fills in the row's sealed columns.
void seal_secrets(const Vault& vault, const OwnerSecrets& secrets, ports::StoredTeslaOwner& row);
[[nodiscard]] std::string digest_of_code(const Secret& code);

/// "EUROPE", "NORTH_AMERICA", "CHINA"; also as `eu na cn`, in any case.
[[nodiscard]] std::optional<ports::TeslaRegion> parse_tesla_region(std::string_view text);
[[nodiscard]] std::string_view to_string(ports::TeslaRegion region);

}  // namespace contactor::engine
