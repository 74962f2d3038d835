#pragma once

#include <string>
#include <vector>

#include "store/migrations.h"

namespace contactor::store {

/// How the schema is spread over the workers of a Citus cluster: what must be run, in this order, each
/// statement on its own. Tables that are spread already are left out, so that a run that was interrupted can
/// be repeated.
struct DistributionPlan {
  bool is_available = false;  ///< the server has the extension, or has what it takes to create it
  std::vector<std::string> statements;
};

/// @errors  invalid: not PostgreSQL, or the schema is not this program's newest; internal: a table without a
/// rule.
/// @source  docs/adr/0007.
[[nodiscard]] Result<DistributionPlan> plan_distribution(Migrations& migrations);

/// @errors  invalid: the extension is not available on this server; those of the server.
[[nodiscard]] Status distribute(Migrations& migrations);

}  // namespace contactor::store
