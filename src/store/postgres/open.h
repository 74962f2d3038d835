#pragma once

#include <functional>
#include <string>

#include "store/migrations.h"

namespace contactor::store::postgres {

/// The migrations over one session of their own, whose statements may take as long as they need.
/// @param only_reads  the server refuses what they write.
[[nodiscard]] Status with_migrations(const std::string& url, bool only_reads,
                                     const std::function<Status(Migrations&)>& work);

}  // namespace contactor::store::postgres
