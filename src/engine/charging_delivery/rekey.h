#pragma once

#include <string>
#include <vector>

#include "engine/vault.h"
#include "ports/charging_store.h"
#include "ports/timekeeper.h"

namespace contactor::engine {

/// What one page of the walk came to.
struct Rekeyed {
  std::size_t resealed = 0;
  std::size_t current = 0;              ///< sealed by the current key before
  std::vector<std::string> unreadable;  ///< "credential/cred_…": neither key opens them; left as they are
  std::vector<std::string> overtaken;   ///< changed by somebody meanwhile: the next walk finds them
  std::string next;                     ///< cursor of the next page; empty: this was the last one
};

/// Seals again what the previous key has sealed: credentials and the secrets of subscriptions. Page by page,
/// each row in a write of its own, so that it may be stopped anywhere and begun again; nothing is unreadable
/// meanwhile, because the vault opens with both keys. Thread: the engine's.
/// @param cursor  `next` of the page before; empty: from the beginning.
/// @errors        invalid: the cursor is none of ours; those of the store.
void rekey_page(ports::ChargingStore& store, ports::Timekeeper& time, const Vault& vault,
                const std::string& cursor, ports::Done<Result<Rekeyed>> done);

}  // namespace contactor::engine
