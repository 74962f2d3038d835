#include "store/migrations.h"

#include <charconv>

#include <fmt/format.h>

#include "crypto/crypto.h"

namespace contactor::store {
namespace {

constexpr std::string_view kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migration "
    "(rev INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";
// Databases made before revisions said whom they allow have the table without it.
constexpr std::string_view kAddOldestProgram =
    "ALTER TABLE schema_migration ADD COLUMN oldest_program INTEGER";

// A try waits for locks as long as the connection allows, and holds up whoever comes after it meanwhile.
constexpr int kTriesMax = 5;

std::string_view section_of(std::string_view text, Direction direction) {
  constexpr std::string_view up = "-- upgrade\n";
  constexpr std::string_view down = "-- downgrade\n";
  const auto up_at = text.find(up);
  const auto down_at = text.find(down);
  CTR_ASSERT(up_at != text.npos && down_at != text.npos && up_at < down_at);
  if (direction == Direction::downgrade) return text.substr(down_at + down.size());
  return text.substr(up_at + up.size(), down_at - up_at - up.size());
}

/// The line as this dialect reads it; nothing where it is another dialect's or only a comment.
std::optional<std::string_view> line_for(std::string_view line, Dialect dialect) {
  const auto first = line.find_first_not_of(' ');
  if (first == line.npos || !line.substr(first).starts_with("--")) return line;
  const std::string_view marker = dialect == Dialect::sqlite ? "-- sqlite: " : "-- postgres: ";
  if (!line.substr(first).starts_with(marker)) return std::nullopt;
  return line.substr(first + marker.size());
}

std::int64_t number_in(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// A program works on schemas of its own revision and earlier ones (after an upgrade), and on the very next
/// where that allows it: two adjacent versions run side by side.
Status check_newest(const AppliedMigration& newest, int head) {
  if (newest.revision <= head || (newest.revision == head + 1 && newest.oldest_program <= head)) return {};
  return fail(
      ErrorKind::conflict, "store",
      fmt::format("the database has schema revision {} and this program knows {} only: {}; use a newer "
                  "program",
                  newest.revision, head,
                  newest.revision > head + 1 ? "it can be one revision behind, and no more"
                                             : fmt::format("that revision is not made for programs before {}",
                                                           newest.oldest_program)));
}

}  // namespace

std::string render(const Migration& migration, Direction direction, Dialect dialect) {
  std::string script;
  std::string_view rest = section_of(migration.text, direction);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (const auto line = line_for(rest.substr(0, end), dialect)) script.append(*line).push_back('\n');
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return script;
}

std::string checksum_of(const Migration& migration, Dialect dialect) {
  std::string run = render(migration, Direction::upgrade, dialect) + "-- downgrade\n" +
                    render(migration, Direction::downgrade, dialect);
  // Empty lines run nothing.
  const auto both_new_lines = [](char a, char b) { return a == '\n' && b == '\n'; };
  run.erase(std::unique(run.begin(), run.end(), both_new_lines), run.end());
  std::string hex;
  for (const auto byte : crypto::sha256(run)) hex += fmt::format("{:02x}", byte);
  return hex;
}

bool has_checksum(const Migration& migration, Dialect dialect, std::string_view checksum) {
  if (checksum == checksum_of(migration, dialect)) return true;
  const auto known = migration.text.find(fmt::format("\n-- formerly: {}\n", checksum));
  return dialect == Dialect::sqlite && known < migration.text.find("-- upgrade\n");
}

int oldest_program_of(const Migration& migration) {
  constexpr std::string_view label = "-- oldest program: ";
  const auto at = migration.text.find(label);
  if (at == migration.text.npos || at > migration.text.find("-- upgrade\n")) return migration.revision;
  const auto said = migration.text.substr(at + label.size());
  int oldest = migration.revision;
  std::from_chars(said.data(), said.data() + said.size(), oldest);
  return oldest;
}

Result<int> Migrations::current() {
  CTR_TRY(applied, history());
  return applied.empty() ? 0 : applied.back().revision;
}

Result<std::vector<AppliedMigration>> Migrations::history() {
  const std::string_view exists = sql_.dialect() == Dialect::sqlite
                                      ? "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_migration'"
                                      : "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() "
                                        "AND tablename = 'schema_migration'";
  CTR_TRY(count, sql_.rows(exists));
  if (count.empty() || count[0].at(0) == "0") return std::vector<AppliedMigration>();
  CTR_TRY(is_noted, notes_oldest_program());
  CTR_TRY(rows, sql_.rows(fmt::format(
                    "SELECT rev, name, checksum, applied_at, {} FROM schema_migration ORDER BY rev",
                    is_noted ? "COALESCE(oldest_program, rev)" : "rev")));
  std::vector<AppliedMigration> applied;
  for (const auto& row : rows)
    applied.push_back({.revision = static_cast<int>(number_in(row.at(0))),
                       .name = row.at(1),
                       .checksum = row.at(2),
                       .applied_at = Instant::from_millis(number_in(row.at(3))),
                       .oldest_program = static_cast<int>(number_in(row.at(4)))});
  return applied;
}

Result<bool> Migrations::notes_oldest_program() {
  CTR_TRY(count, sql_.rows(sql_.dialect() == Dialect::sqlite
                               ? "SELECT COUNT(*) FROM pragma_table_info('schema_migration') "
                                 "WHERE name = 'oldest_program'"
                               : "SELECT COUNT(*) FROM pg_attribute WHERE attrelid = "
                                 "to_regclass('schema_migration') AND attname = 'oldest_program'"));
  return !count.empty() && count[0].at(0) != "0";
}

Status Migrations::verify() {
  CTR_TRY(applied, history());
  if (!applied.empty()) CTR_CHECK(check_newest(applied.back(), head()));
  for (std::size_t i = 0; i < std::min(applied.size(), known_.size()); ++i)
    if (applied[i].revision != known_[i].revision ||
        !has_checksum(known_[i], sql_.dialect(), applied[i].checksum))
      return fail(
          ErrorKind::conflict, "store",
          fmt::format("migration {} of the database is not the one of this program", applied[i].revision));
  return {};
}

Status Migrations::upgrade(int to, Instant now) {
  if (to < 0 || to > head())
    return fail(ErrorKind::invalid, "store", fmt::format("revisions go from 0 to {}", head()));
  CTR_CHECK(verify());
  CTR_TRY(at, current());
  CTR_CHECK(check_running_nodes(at, to));
  for (; at < to; ++at) CTR_CHECK(apply(known_[static_cast<std::size_t>(at)], now));
  // Another runner, of another version maybe, may have done some of it.
  return verify();
}

/// Nodes that run are at least of the schema's revision. What does not allow those waits until they are gone.
Status Migrations::check_running_nodes(int from, int to) {
  const auto excludes = [&](const Migration& one) {
    return one.revision > from && one.revision <= to && oldest_program_of(one) > from;
  };
  const auto found = std::ranges::find_if(known_, excludes);
  if (found == known_.end() || sql_.dialect() == Dialect::sqlite) return {};
  CTR_TRY(known, sql_.rows("SELECT 1 WHERE to_regclass('node') IS NOT NULL"));
  if (known.empty()) return {};
  CTR_TRY(nodes, sql_.rows("SELECT string_agg(name, ', ' ORDER BY name) FROM node "
                           "WHERE until > clock_timestamp() HAVING count(*) > 0"));
  if (nodes.empty()) return {};
  return fail(ErrorKind::conflict, "store",
              fmt::format("revision {} is not made for programs before {}, and nodes run: stop {} first",
                          found->revision, oldest_program_of(*found), nodes[0].at(0)));
}

Status Migrations::downgrade(int to) {
  if (to < 0 || to > head())
    return fail(ErrorKind::invalid, "store", fmt::format("revisions go from 0 to {}", head()));
  CTR_CHECK(verify());
  CTR_TRY(at, current());
  if (at > head())
    return fail(
        ErrorKind::conflict, "store",
        fmt::format("revision {} came with a newer program, and this one cannot take it back: run the "
                    "newer program's `contactor migrate downgrade {}`",
                    at, to));
  for (; at > to; --at) CTR_CHECK(take_back(known_[static_cast<std::size_t>(at - 1)]));
  return {};
}

Status Migrations::apply(const Migration& migration, Instant now) {
  return in_transaction(
      fmt::format("{}INSERT INTO schema_migration (rev, name, checksum, applied_at, "
                  "oldest_program) VALUES ({}, '{}', '{}', {}, {});",
                  render(migration, Direction::upgrade, sql_.dialect()), migration.revision, migration.name,
                  checksum_of(migration, sql_.dialect()), now.millis(), oldest_program_of(migration)),
      {.from = migration.revision - 1, .to = migration.revision});
}

Status Migrations::take_back(const Migration& migration) {
  return in_transaction(
      fmt::format("{}DELETE FROM schema_migration WHERE rev = {};",
                  render(migration, Direction::downgrade, sql_.dialect()), migration.revision),
      {.from = migration.revision, .to = migration.revision - 1});
}

Status Migrations::make_table() {
  CTR_CHECK(sql_.run(kCreateTable));
  CTR_TRY(is_noted, notes_oldest_program());
  return is_noted ? Status() : sql_.run(kAddOldestProgram);
}

/// Nodes work meanwhile: they may hold a table for longer than we wait, or lock two the other way round.
Status Migrations::in_transaction(const std::string& script, Move move) {
  Status status;
  for (int i = 0; i < kTriesMax; ++i) {
    status = try_in_transaction(script, move);
    if (status || status.error().kind != ErrorKind::unavailable) break;
  }
  return status;
}

Status Migrations::try_in_transaction(const std::string& script, Move move) {
  CTR_CHECK(sql_.begin_locked());
  auto work = [&]() -> Status {
    CTR_CHECK(make_table());
    CTR_TRY(at, current());
    // Another runner may have been faster between our look and our lock: what it did is not done again.
    const bool is_done = move.from < move.to ? at >= move.to : at <= move.to;
    if (!is_done && at != move.from)
      return fail(ErrorKind::conflict, "store",
                  "another process moves the schema the other way: nothing more was done");
    if (!is_done) CTR_CHECK(sql_.run(script));
    return sql_.run("COMMIT");
  };
  auto status = work();
  if (!status) (void)sql_.run("ROLLBACK");
  return status;
}

}  // namespace contactor::store
