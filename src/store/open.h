#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ports/store.h"
#include "store/lane.h"

namespace contactor::store {

/// Runs an action on the engine's thread. Thread: any.
using Post = std::function<void(std::move_only_function<void()>)>;

struct SqliteParams {
  std::string path = "contactor.db";  ///< a path, with or without `sqlite:` before it
  Post post;
  /// Told once, on the engine's thread, when the disk failed and nothing is stored any more.
  std::function<void(const Error&)> on_broken = [](const Error&) {};
  Instant now;  ///< noted with migrations that are applied
  int cache_kib = 16 * 1024;
  int checkpoint_pages = 4000;
  LaneLimits limits;
  std::size_t reads_queued = 10'000;
  /// Brings an older schema up to this program's. Off: an older schema is refused.
  bool upgrade = true;
};

/// The embedded database. Its destructor commits what is queued, posts the completions and joins its threads.
/// @errors  conflict: another process uses the file, or the schema is newer than this program; unavailable:
/// the file
///          cannot be opened; internal: it is damaged or no database.
[[nodiscard]] Result<std::unique_ptr<ports::Store>> open_sqlite(SqliteParams params);

/// `contactor migrate`: works on the database's migrations with the same lock file and connection.
[[nodiscard]] Status with_migrations(const std::string& url,
                                     const std::function<Status(class Migrations&)>& work);
/// The same for work that only reads, beside whoever holds the database: what it writes is refused.
[[nodiscard]] Status with_migrations_read(const std::string& url,
                                          const std::function<Status(class Migrations&)>& work);

}  // namespace contactor::store
