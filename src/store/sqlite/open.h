#pragma once

#include <functional>
#include <string>

#include "store/migrations.h"

namespace contactor::store::sqlite {

/// The migrations of the file, under its lock.
[[nodiscard]] Status with_migrations(const std::string& url, const std::function<Status(Migrations&)>& work);
/// The same beside whoever holds the lock: what they write is refused.
[[nodiscard]] Status with_migrations_read(const std::string& url,
                                          const std::function<Status(Migrations&)>& work);

}  // namespace contactor::store::sqlite
