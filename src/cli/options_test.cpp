#include "cli/options.h"

#include <gtest/gtest.h>

namespace contactor::cli {
namespace {

Parsed read(std::vector<const char*> words) {
  words.insert(words.begin(), "contactor");
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Parsed parsed = parse(static_cast<int>(words.size()), words.data());
  ::testing::internal::GetCapturedStdout();
  ::testing::internal::GetCapturedStderr();
  return parsed;
}

TEST(Options, JsonAndDbAreUnderstoodOnBothSidesOfTheCommand) {
  for (const auto& words :
       std::vector<std::vector<const char*>>{{"--json", "--db", "sqlite:x.db", "demo", "--once"},
                                             {"demo", "--once", "--json", "--db", "sqlite:x.db"}}) {
    const auto parsed = read(words);
    ASSERT_TRUE(parsed.options);
    EXPECT_TRUE(parsed.options->json);
    EXPECT_EQ(parsed.options->db, "sqlite:x.db");
    EXPECT_TRUE(std::get<Demo>(parsed.options->command).once);
  }
}

TEST(Options, TablesAreDistributedAloneOrAfterAnUpgrade) {
  const auto alone = read({"migrate", "--distributed", "--dry-run"});
  ASSERT_TRUE(alone.options);
  EXPECT_EQ(std::get<Migrate>(alone.options->command).verb, Migrate::Verb::distribute);
  EXPECT_TRUE(std::get<Migrate>(alone.options->command).dry_run);
  const auto after = read({"migrate", "upgrade", "head", "--distributed"});
  ASSERT_TRUE(after.options);
  EXPECT_EQ(std::get<Migrate>(after.options->command).verb, Migrate::Verb::upgrade);
  EXPECT_TRUE(std::get<Migrate>(after.options->command).distributed);
  for (const auto& words :
       std::vector<std::vector<const char*>>{{"migrate", "current", "--distributed"},
                                             {"migrate", "downgrade", "base", "--distributed"},
                                             {"migrate"}})
    EXPECT_EQ(read(words).exit_status, 2);
}

TEST(Options, MigrateTakesItsEnvironmentBothWays) {
  const auto one = read({"migrate", "-x", "environment=production", "upgrade", "head"});
  ASSERT_TRUE(one.options);
  EXPECT_EQ(std::get<Migrate>(one.options->command).environment, "production");
  const auto other = read({"migrate", "--environment", "local", "downgrade", "base"});
  ASSERT_TRUE(other.options);
  EXPECT_EQ(std::get<Migrate>(other.options->command).verb, Migrate::Verb::downgrade);
}

TEST(Options, TokenExpiryIsADuration) {
  const auto parsed = read({"token", "create", "--role", "admin", "--name", "me", "--expires", "7d"});
  ASSERT_TRUE(parsed.options);
  EXPECT_EQ(std::get<Token>(parsed.options->command).expires, Millis(std::chrono::hours(24 * 7)));
}

TEST(Options, SingleTeslasAreRunWithoutAVerb) {
  const auto verb_of = [](const std::vector<const char*>& words) {
    const auto parsed = read(words);
    return parsed.options ? std::optional(std::get<TeslaIndividual>(parsed.options->command).verb)
                          : std::nullopt;
  };
  EXPECT_EQ(verb_of({"tesla-individual"}), TeslaIndividual::Verb::run);
  EXPECT_EQ(verb_of({"tesla-individual", "--json"}), TeslaIndividual::Verb::run);
  EXPECT_EQ(verb_of({"tesla-individual", "list"}), TeslaIndividual::Verb::list);
  EXPECT_EQ(verb_of({"tesla-individual", "import", "-"}), TeslaIndividual::Verb::import);
  EXPECT_FALSE(verb_of({"tesla-individual", "import"}));
  EXPECT_FALSE(verb_of({"tesla-individual", "activate"}));
}

TEST(Options, WrongWordsAreAUsageError) {
  for (const auto& words : std::vector<std::vector<const char*>>{
           {},
           {"fly"},
           {"demo", "--orders", "0"},
           {"demo", "--orders", "many"},
           {"token", "create", "--role", "king", "--name", "x"},
           {"token", "create", "--role", "admin", "--name", "x", "--expires", "soon"},
           {"migrate", "-x", "environment=moon", "current"},
           {"migrate", "upgrade"},
           {"explain"}}) {
    const auto parsed = read(words);
    EXPECT_FALSE(parsed.options);
    EXPECT_EQ(parsed.exit_status, 2);
  }
}

TEST(Options, HelpIsNoError) {
  EXPECT_EQ(read({"--help"}).exit_status, 0);
  EXPECT_EQ(read({"demo", "--help"}).exit_status, 0);
  EXPECT_EQ(read({"--version"}).exit_status, 0);
}

}  // namespace
}  // namespace contactor::cli
