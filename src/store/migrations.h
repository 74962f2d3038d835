#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/result.h"

namespace contactor::store {

enum class Dialect : std::uint8_t { sqlite, postgres };

/// What migrations need of a database connection, and no more.
class Sql {
 public:
  using Row = std::vector<std::string>;
  virtual ~Sql() = default;
  [[nodiscard]] virtual Dialect dialect() const = 0;
  /// Opens a transaction that no second runner can open at the same time.
  virtual Status begin_locked() = 0;
  virtual Status run(std::string_view script) = 0;  ///< any number of statements
  virtual Result<std::vector<Row>> rows(std::string_view query) = 0;
};

/// One numbered step of the schema, as embedded in the program.
struct Migration {
  int revision = 0;  ///< 1..n, without gaps
  std::string_view name;
  std::string_view text;  ///< with the sections `-- upgrade` and `-- downgrade`
};
[[nodiscard]] std::span<const Migration> known_migrations();
enum class Direction : std::uint8_t { upgrade, downgrade };
/// The statements of one section in one dialect.
[[nodiscard]] std::string render(const Migration& migration, Direction direction, Dialect dialect);
/// Of what the dialect runs, so that words and the other dialect's lines may change.
[[nodiscard]] std::string checksum_of(const Migration& migration, Dialect dialect);
/// Is `checksum` this migration's, now or by the rule of earlier programs (`-- formerly:` in its text)?
[[nodiscard]] bool has_checksum(const Migration& migration, Dialect dialect, std::string_view checksum);
/// The oldest program, by the last revision that it knows, that works on a schema of this revision: as its
/// header says (`-- oldest program: N`), else none before it. ADR 0009 says what a migration must be for
/// that.
[[nodiscard]] int oldest_program_of(const Migration& migration);

struct AppliedMigration {
  int revision = 0;
  std::string name;
  std::string checksum;
  Instant applied_at;
  int oldest_program = 0;  ///< as oldest_program_of; of revisions that this program does not know as well
};

/// Moves a database between revisions, one transaction each. Thread: the connection's.
class Migrations {
 public:
  explicit Migrations(Sql& sql, std::span<const Migration> known = known_migrations())
      : sql_(sql), known_(known) {}

  [[nodiscard]] Sql& sql() { return sql_; }
  /// The last of the revisions that this program knows.
  [[nodiscard]] int head() const { return static_cast<int>(known_.size()); }
  /// 0 for an empty database. May be one more than `head`, where `verify` allows it.
  [[nodiscard]] Result<int> current();
  [[nodiscard]] Result<std::vector<AppliedMigration>> history();
  /// Leaves a newer schema as it is, where `verify` allows it.
  /// @errors  those of verify; conflict: a revision does not allow the programs of nodes that run;
  /// unavailable: a table stays locked by others.
  Status upgrade(int to, Instant now);
  /// @errors  those of upgrade; conflict: the schema is newer than the program.
  Status downgrade(int to);
  /// May this program work on this schema? Changes nothing. On an older one it may, after `upgrade`.
  /// @errors  conflict: the schema is newer, and not by one revision that allows the program before it; or an
  /// applied migration's text was changed since.
  Status verify();

 private:
  [[nodiscard]] Result<bool> notes_oldest_program();
  Status make_table();
  Status check_running_nodes(int from, int to);
  Status apply(const Migration& migration, Instant now);
  Status take_back(const Migration& migration);
  struct Move {
    int from = 0;
    int to = 0;
  };
  Status in_transaction(const std::string& script, Move move);
  Status try_in_transaction(const std::string& script, Move move);

  Sql& sql_;
  std::span<const Migration> known_;
};

}  // namespace contactor::store
