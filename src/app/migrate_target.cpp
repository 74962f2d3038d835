#include "app/migrate_target.h"

#include <fmt/format.h>

#include "app/store_url.h"

namespace contactor::app {
namespace {

bool changes_the_schema(const cli::Migrate& words) {
  using Verb = cli::Migrate::Verb;
  return !words.dry_run && words.verb != Verb::current && words.verb != Verb::history;
}

/// A name that was typed by mistake must not reach the other database.
Status check_apart(const NamedDatabase& chosen, Place place, const Environment& environment) {
  const Place other_place = place == Place::local ? Place::production : Place::local;
  const auto other = named_database(environment, other_place);
  if (!other || !chosen.is_same(*other)) return {};
  return fail(
      ErrorKind::invalid, "migrate",
      fmt::format("POSTGRES_* and POSTGRES_*_PRODUCTION name the same database, {} on {}: nothing is done "
                  "until they differ",
                  chosen.name, chosen.host));
}

Status confirm(const NamedDatabase& production, const cli::Migrate& words, const Ask& ask) {
  const std::string answer =
      words.confirmed.empty()
          ? ask(fmt::format("This changes the schema of production, {} on {}. Its name, to go on: ",
                            production.name, production.host))
          : words.confirmed;
  if (answer == production.name) return {};
  return fail(ErrorKind::invalid, "migrate",
              answer.empty()
                  ? "production's schema is changed only after its database's name was typed, or given as "
                    "--confirm NAME"
                  : fmt::format("'{}' is not the name of production's database: nothing was done", answer));
}

}  // namespace

Result<std::string> migrate_target(const cli::Migrate& words, const std::string& db,
                                   const Environment& environment, const Ask& ask) {
  if (words.environment.empty()) {
    CTR_TRY(config, read_config(environment, db));
    return config.db;
  }
  const Place place = words.environment == "production" ? Place::production : Place::local;
  CTR_TRY(chosen, named_database(environment, place));
  CTR_CHECK(check_apart(chosen, place, environment));
  if (place == Place::production && changes_the_schema(words)) CTR_CHECK(confirm(chosen, words, ask));
  return chosen.url();
}

}  // namespace contactor::app
