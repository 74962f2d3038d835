#pragma once

#include <vector>

#include "store/postgres/job.h"

namespace contactor::store::postgres {

/// Parts a batch into rounds, to be committed one after another: within a round no two jobs touch the same
/// activation, ledger, ticket, order, reply or entry of the outbox, so that their order does not matter.
/// Nearly always there is one.
[[nodiscard]] std::vector<std::vector<Job*>> rounds_of(const std::vector<Job*>& jobs);

}  // namespace contactor::store::postgres
