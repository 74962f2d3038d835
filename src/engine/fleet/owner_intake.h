#pragma once

#include <string>
#include <vector>

#include "engine/fleet/owner_secrets.h"
#include "engine/fleet/wishes.h"

namespace contactor::engine {

/// The owner of a single Tesla and the code that the consent has brought.
struct OwnerEntry {
  Vin vin;
  std::string name;
  std::string email;
  ports::TeslaRegion region = ports::TeslaRegion::europe;
  Secret code;               ///< empty: those on record stay
  std::string callback_url;  ///< to which the consent page has sent the owner
};

struct OwnerParts {
  ports::FleetStore& store;
  ports::Timekeeper& time;
  const Vault& vault;
  std::string fleet;  ///< of the vehicles that are put on record with their owners
  std::string who;    ///< for the history
};

/// Puts owners on record, their codes sealed, and their vehicles with them: wanted, unless people have said
/// otherwise before. A new code makes a vehicle due that was refused for want of it; one that was used before
/// is no new consent. A vehicle of another fleet stays that fleet's: `claimed`. One outcome each, in their
/// order. @pre  no VIN comes twice.
/// @errors  those of the store and the vault; conflict where somebody else was faster three times.
void put_owners(OwnerParts parts, std::vector<OwnerEntry> entries,
                ports::Done<Result<std::vector<WishOutcome>>> done);

}  // namespace contactor::engine
