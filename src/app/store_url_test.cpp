#include "app/store_url.h"

#include <gtest/gtest.h>

#include "app/migrate_target.h"

namespace contactor::app {
namespace {

using Values = std::map<std::string, std::string>;

Values named(const std::string& suffix, const std::string& host, const std::string& name) {
  return {{"POSTGRES_USER" + suffix, "ada"},
          {"POSTGRES_PASSWORD" + suffix, "p@ss/word"},
          {"POSTGRES_HOST" + suffix, host},
          {"POSTGRES_PORT" + suffix, "5432"},
          {"POSTGRES_DB" + suffix, name}};
}

Values both(const std::string& local_host, const std::string& local_name, const std::string& production_host,
            const std::string& production_name) {
  Values values = named("", local_host, local_name);
  values.merge(named("_PRODUCTION", production_host, production_name));
  return values;
}

std::string nobody(const std::string&) { return ""; }

Result<std::string> target(cli::Migrate words, Values values, const Ask& ask = nobody) {
  return migrate_target(words, "", Environment::of(std::move(values)), ask);
}

TEST(StoreUrl, ShowsNoPassword) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"postgres://ada:secret@db:5432/contactor", "postgres://ada:***@db:5432/contactor"},
      {"postgres://ada:se@cret@db/contactor?a=b", "postgres://ada:***@db/contactor?a=b"},
      {"postgres://ada:s/e:c@a,b:1/x", "postgres://ada:***@a,b:1/x"},
      {"postgresql://db/x?user=ada&password=secret&sslmode=require",
       "postgresql://db/x?user=ada&password=***&sslmode=require"},
      {"postgres://ada:one@db/x?sslpassword=two&password=three",
       "postgres://ada:***@db/x?sslpassword=***&password=***"},
      {"postgres://db/x?application_name=password=", "postgres://db/x?application_name=password="},
      {"postgres://ada@db/x", "postgres://ada@db/x"},
      {"postgres://db:5432/x", "postgres://db:5432/x"},
      {"sqlite:a:b@c.db", "sqlite:a:b@c.db"}};
  for (const auto& [url, wanted] : cases) EXPECT_EQ(shown(url), wanted);
}

TEST(StoreUrl, IsMadeOfFiveVariables) {
  const auto local = named_database(Environment::of(named("", "db.example.org", "con tactor")), Place::local);
  ASSERT_TRUE(local);
  EXPECT_EQ(local->url(), "postgres://ada:p%40ss%2Fword@db.example.org:5432/con%20tactor");
  EXPECT_EQ(named_database(Environment::of(named("", "::1", "x")), Place::local)->url(),
            "postgres://ada:p%40ss%2Fword@[::1]:5432/x");
  EXPECT_EQ(named_database(Environment::of(named("", "/var/run/postgresql", "x")), Place::local)->url(),
            "postgres://ada:p%40ss%2Fword@%2Fvar%2Frun%2Fpostgresql:5432/x");
}

TEST(StoreUrl, NamesEveryVariableThatIsMissing) {
  auto values = named("_PRODUCTION", "db", "x");
  values.erase("POSTGRES_HOST_PRODUCTION");
  values.erase("POSTGRES_DB_PRODUCTION");
  const auto refused = named_database(Environment::of(values), Place::production);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("POSTGRES_HOST_PRODUCTION, POSTGRES_DB_PRODUCTION are"),
            std::string::npos);
  values = named("", "db", "x");
  values["POSTGRES_PORT"] = "54321x";
  EXPECT_NE(named_database(Environment::of(values), Place::local).error().detail.find("POSTGRES_PORT"),
            std::string::npos);
}

TEST(MigrateTarget, OnlyTheChosenEnvironmentIsRequired) {
  EXPECT_EQ(target({.environment = "local"}, named("", "db", "x")).value(),
            "postgres://ada:p%40ss%2Fword@db:5432/x");
  EXPECT_FALSE(target({.environment = "production"}, named("", "db", "x")));
  EXPECT_EQ(target({}, {{"DATABASE_URL", "sqlite:a.db"}}).value(), "sqlite:a.db");
}

TEST(MigrateTarget, OneDatabaseUnderBothNamesIsRefused) {
  for (const auto* environment : {"local", "production"}) {
    EXPECT_FALSE(target({.environment = environment, .confirmed = "x"}, both("db", "x", "DB", "x")));
    EXPECT_FALSE(
        target({.environment = environment, .confirmed = "x"}, both("localhost", "x", "127.0.0.1", "x")));
    EXPECT_TRUE(target({.environment = environment, .confirmed = "y"}, both("db", "x", "db", "y")));
    EXPECT_TRUE(target({.environment = environment, .confirmed = "x"}, both("db", "x", "db2", "x")));
  }
}

TEST(MigrateTarget, ProductionIsChangedOnlyUnderItsName) {
  using Verb = cli::Migrate::Verb;
  const Values values = both("db", "x", "prod", "shop");
  const auto answering = [](const char* answer) {
    return [answer](const std::string&) { return std::string(answer); };
  };
  const auto upgrade = [](std::string confirmed) {
    return cli::Migrate{
        .environment = "production", .verb = Verb::upgrade, .confirmed = std::move(confirmed)};
  };
  EXPECT_TRUE(target(upgrade("shop"), values));
  EXPECT_FALSE(target(upgrade("x"), values));
  EXPECT_TRUE(target(upgrade(""), values, answering("shop")));
  EXPECT_FALSE(target(upgrade(""), values, answering("yes")));
  EXPECT_FALSE(target(upgrade(""), values));
  // What changes nothing asks nothing.
  EXPECT_TRUE(target({.environment = "production", .verb = Verb::current}, values));
  EXPECT_TRUE(target({.environment = "production", .verb = Verb::downgrade, .dry_run = true}, values));
}

}  // namespace
}  // namespace contactor::app
