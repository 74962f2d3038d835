#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ports/fleet_store.h"
#include "ports/nodes.h"
#include "ports/store.h"
#include "store/lane.h"

namespace contactor::ports {
class ChargingStore;
}  // namespace contactor::ports

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
/// @errors  conflict: another process uses the file, or the schema is too new for this program;
/// unavailable: the file
///          cannot be opened; internal: it is damaged or no database.
[[nodiscard]] Result<std::unique_ptr<ports::Store>> open_sqlite(SqliteParams params);

/// How long the database may keep us waiting before we know better.
struct PostgresTimeouts {
  Millis connect = std::chrono::seconds(5);  ///< to one host of the URL
  Millis statement = std::chrono::seconds(10);
  Millis lock = std::chrono::seconds(4);
  Millis idle_in_transaction = std::chrono::seconds(20);
  Millis silence = std::chrono::seconds(12);  ///< of a peer that neither answers nor says goodbye
  Millis outage = std::chrono::seconds(5);    ///< what is queued waits so long for a database that is away
};

struct PostgresParams {
  /// `postgres://` or `postgresql://`, several hosts allowed; what it says wins over our defaults
  /// (`target_session_attrs=read-write` and, for hosts that are not local, `sslmode=verify-full`).
  std::string url;
  std::string node = "node";  ///< as in ports::Heartbeat; shown as `contactor/<node>` by the server
  Post post;
  /// Told once, on the engine's thread, when the server cannot read or write its own files any more, or our
  /// tables are not there: nothing that follows can be relied upon.
  std::function<void(const Error&)> on_broken = [](const Error&) {};
  /// Told once, on the engine's thread, when nobody answers any more but another database: what is written
  /// fails until the one that was opened is back.
  std::function<void(const Error&)> on_stranger = [](const Error&) {};
  Instant now;  ///< noted with migrations that are applied
  LaneLimits limits;
  std::size_t reads_queued = 10'000;
  PostgresTimeouts timeouts;
  bool upgrade = true;  ///< as in SqliteParams
};

/// Both over the same database. Destroy `nodes` and `store` in any order, before what `post` needs.
struct PostgresOpened {
  std::unique_ptr<ports::Store> store;
  std::unique_ptr<ports::Nodes> nodes;
};

/// @errors  unavailable: no host of the URL is a primary; exhausted: it has too many connections;
/// unauthorized; conflict: the schema is too new for this program, or older and `upgrade` is off; invalid:
/// the URL is none.
[[nodiscard]] Result<PostgresOpened> open_postgres(PostgresParams params);
[[nodiscard]] bool is_postgres(std::string_view url);

/// What the same database has for the fleet. It lives as long as the store.
/// @param store  one that was opened here, or a `memory::Store`.
[[nodiscard]] ports::FleetStore& fleet_of(ports::Store& store);
/// The same for charging.
[[nodiscard]] ports::ChargingStore& charging_of(ports::Store& store);

/// `contactor migrate`: works on the database's migrations, SQLite's under its lock file, with the same
/// connection that the store would use.
[[nodiscard]] Status with_migrations(const std::string& url,
                                     const std::function<Status(class Migrations&)>& work);
/// The same for work that only reads, beside whoever holds the database: what it writes is refused.
[[nodiscard]] Status with_migrations_read(const std::string& url,
                                          const std::function<Status(class Migrations&)>& work);

}  // namespace contactor::store
