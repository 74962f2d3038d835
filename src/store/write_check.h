#pragma once

#include "ports/store.h"

namespace contactor::store {

/// What every backend demands of a write before it looks at what is stored.
/// @errors  invalid: versions or history entries do not follow each other, or an order is missing.
[[nodiscard]] Status check(const ports::ActivationWrite& write);

}  // namespace contactor::store
