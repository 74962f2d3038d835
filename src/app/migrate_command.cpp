// `contactor migrate`: the schema of the store that --db or --environment names.

#include <charconv>
#include <chrono>
#include <cstdio>
#include <iostream>

#include <fmt/format.h>

#include "app/commands.h"
#include "app/migrate_target.h"
#include "app/open_store.h"
#include "json/json.h"
#include "store/distribution.h"
#include "store/migrations.h"
#include "store/open.h"
#include "task/loop.h"

namespace contactor::app {
namespace {

using store::Direction;

/// `head`, `base` or a revision's number.
Result<int> revision_of(const std::string& text, int head) {
  if (text == "head") return head;
  if (text == "base") return 0;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0 || number > head)
    return fail(ErrorKind::invalid, "migrate",
                fmt::format("a revision is head, base or a number from 0 to {}", head));
  return number;
}

std::string plan_text(int from, int to, store::Dialect dialect) {
  const auto known = store::known_migrations();
  std::string text;
  for (int revision = from + 1; revision <= to; ++revision)
    text += fmt::format(
        "-- revision {}\n{}\n", revision,
        store::render(known[static_cast<std::size_t>(revision - 1)], Direction::upgrade, dialect));
  for (int revision = from; revision > to; --revision)
    text += fmt::format(
        "-- revision {}, taken back\n{}\n", revision,
        store::render(known[static_cast<std::size_t>(revision - 1)], Direction::downgrade, dialect));
  return text;
}

void print_plan(int from, int to, const std::string& text, bool as_json) {
  if (as_json)
    fmt::print("{}\n", json::serialize(json::object{{"from", from}, {"to", to}, {"sql", text}}));
  else
    fmt::print("{}", text);
}

Status print_history(store::Migrations& migrations, bool as_json) {
  CTR_TRY(applied, migrations.history());
  json::array items;
  const auto print = [&](int revision, std::string_view name, const store::AppliedMigration* found) {
    if (!as_json)
      fmt::print("{:>4}  {:<24} {}\n", revision, name,
                 found == nullptr ? "not applied" : to_rfc3339(found->applied_at));
    items.push_back(json::object{{"revision", revision}, {"name", name}, {"applied", found != nullptr}});
  };
  for (const auto& migration : store::known_migrations()) {
    const store::AppliedMigration* found = nullptr;
    for (const auto& row : applied)
      if (row.revision == migration.revision) found = &row;
    print(migration.revision, migration.name, found);
  }
  for (const auto& row : applied)
    if (row.revision > migrations.head()) print(row.revision, row.name, &row);
  if (as_json) fmt::print("{}\n", json::serialize(json::object{{"items", std::move(items)}}));
  return {};
}

Status print_current(store::Migrations& migrations, bool as_json) {
  CTR_TRY(applied, migrations.history());
  const int current = applied.empty() ? 0 : applied.back().revision;
  const int oldest = applied.empty() ? 0 : applied.back().oldest_program;
  if (as_json)
    fmt::print("{}\n", json::serialize(json::object{
                           {"current", current}, {"head", migrations.head()}, {"oldest_program", oldest}}));
  else
    fmt::print("{} of {}{}\n", current, migrations.head(),
               current > migrations.head() ? ": newer than this program, which works on it" : "");
  return {};
}

/// Spreads the tables, or says how they would be.
Status run_distribute(const cli::Migrate& words, store::Migrations& migrations, bool as_json) {
  CTR_TRY(plan, store::plan_distribution(migrations));
  if (words.dry_run) {
    std::string text = plan.is_available ? "" : "-- the extension citus is not available on this server\n";
    for (const auto& statement : plan.statements) text += statement + ";\n";
    print_plan(migrations.head(), migrations.head(), text, as_json);
    return {};
  }
  CTR_CHECK(store::distribute(migrations));
  if (as_json)
    fmt::print("{}\n", json::serialize(json::object{{"current", migrations.head()}, {"distributed", true}}));
  else
    fmt::print("{}, distributed\n", migrations.head());
  return {};
}

Status run(const cli::Migrate& words, store::Migrations& migrations, Instant now, bool as_json) {
  if (words.verb == cli::Migrate::Verb::distribute) return run_distribute(words, migrations, as_json);
  CTR_CHECK(migrations.verify());
  CTR_TRY(current, migrations.current());
  if (words.verb == cli::Migrate::Verb::history) return print_history(migrations, as_json);
  if (words.verb == cli::Migrate::Verb::current) return print_current(migrations, as_json);
  const bool up = words.verb == cli::Migrate::Verb::upgrade;
  if (up && words.revision == "head" && current > migrations.head())
    return words.distributed ? run_distribute(words, migrations, as_json)
                             : print_current(migrations, as_json);
  CTR_TRY(target, revision_of(words.revision, migrations.head()));
  if (up ? target < current : target > current)
    return fail(
        ErrorKind::invalid, "migrate",
        fmt::format("the store is at revision {}: that is no {}", current, up ? "upgrade" : "downgrade"));
  if (words.dry_run) {
    print_plan(current, target, plan_text(current, target, migrations.sql().dialect()), as_json);
    return {};
  }
  CTR_CHECK(up ? migrations.upgrade(target, now) : migrations.downgrade(target));
  if (words.distributed) return run_distribute(words, migrations, as_json);
  if (as_json)
    fmt::print("{}\n", json::serialize(json::object{{"from", current}, {"current", target}}));
  else
    fmt::print("{} -> {}\n", current, target);
  return {};
}

bool only_reads(const cli::Migrate& words) {
  using Verb = cli::Migrate::Verb;
  return words.dry_run || words.verb == Verb::current || words.verb == Verb::history;
}

/// Reading goes on beside a running node; a file's schema moves only while nobody holds the file.
Status run_on_store(const cli::Migrate& words, const std::string& url, bool as_json) {
  task::Loop clock;
  bool begun = false;
  const auto work = [&](store::Migrations& migrations) {
    begun = true;
    return run(words, migrations, clock.now(), as_json);
  };
  Status done = store::with_migrations(url, work);
  const bool is_held = !done && !begun && done.error().kind == ErrorKind::conflict;
  if (!is_held) return done;
  if (only_reads(words)) return store::with_migrations_read(url, work);
  return fail(ErrorKind::conflict, "migrate",
              "the schema moves only while no node runs: " + done.error().detail);
}

std::string ask_operator(const std::string& question) {
  fmt::print(stderr, "{}", question);
  std::string answer;
  std::getline(std::cin, answer);
  return answer;
}

}  // namespace

int run_command(const cli::Migrate& words, const cli::Options& options, const Environment& environment) {
  const auto outcome = [&]() -> Status {
    CTR_TRY(url, migrate_target(words, options.db, environment, ask_operator));
    if (auto done = run_on_store(words, url, options.json); !done) return fail(named_in(done.error(), url));
    return {};
  }();
  if (outcome) return 0;
  fmt::print(stderr, "contactor: {}\n", outcome.error().message());
  return exit_status_of(outcome.error());
}

}  // namespace contactor::app
