#include "app/config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/fleet_config.h"
#include "app/listen_address.h"

namespace contactor::app {
namespace {

Result<Config> read(std::map<std::string, std::string> values) {
  return read_config(Environment::of(std::move(values)), "");
}

TEST(Config, DefaultsAreTheBriefs) {
  const auto config = read({});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->policy.retry.retries_max, 5U);
  EXPECT_EQ(config->policy.retry.base_delay, Millis(30'000));
  EXPECT_EQ(config->policy.retry.max_delay, Millis(900'000));
  EXPECT_FALSE(config->policy.retry.final_grace);
  EXPECT_EQ(config->policy.commands_per_hour, 10U);
  EXPECT_EQ(config->db, "sqlite:contactor.db");
  EXPECT_FALSE(config->iot);
}

TEST(Config, NamesTheVariableThatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"OTA_BASE_DELAY", "30"},       {"OTA_MAX_RETRIES", "many"},   {"OTA_MAX_RETRIES", "21"},
      {"OTA_COMMANDS_PER_HOUR", "0"}, {"OTA_FINAL_GRACE", "-1s"},    {"OTA_POLL_MIN", "0s"},
      {"CONSOLE_URL", "example.org"}, {"DATABASE_URL", "mysql://x"}, {"OTA_COMMAND_TIMEOUT", "366d"},
      {"PUBLIC_URL", "http://"},      {"CONSOLE_URL", "https:///"}};
  for (const auto& [name, value] : cases) {
    const auto config = read({{name, value}});
    ASSERT_FALSE(config) << name;
    const bool is_named = config.error().detail.find(name) != std::string::npos;
    EXPECT_TRUE(is_named || name == "DATABASE_URL") << config.error().detail;
  }
}

TEST(FleetConfig, TagsOfHighMobilityArePairs) {
  std::map<std::string, std::string> values{{"HM_BASE_URL", "https://hm.example"},
                                            {"HM_CLIENT_ID", "a"},
                                            {"HM_CLIENT_SECRET", "b"},
                                            {"HM_TAGS", "vw-group-customer-name=Example,depot=Lyon=2"}};
  const auto config = read_fleet_config(Environment::of(values));
  ASSERT_TRUE(config) << config.error().detail;
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(read_pairs(config->clouds.at(fleet::Oem::high_mobility).at("HM_TAGS")).value(),
            (Pairs{{"vw-group-customer-name", "Example"}, {"depot", "Lyon=2"}}));
  for (const auto* const wrong : {"Example", "=Example", "depot=", "depot=Lyon,,x=y"}) {
    values["HM_TAGS"] = wrong;
    const auto refused = read_fleet_config(Environment::of(values));
    ASSERT_FALSE(refused) << wrong;
    EXPECT_NE(refused.error().detail.find("HM_TAGS"), std::string::npos);
  }
}

TEST(ListenAddress, HasAHostOfVisibleCharactersAndAPort) {
  EXPECT_EQ(parse_listen_address("localhost:8080")->host, "127.0.0.1");
  EXPECT_EQ(parse_listen_address("[::1]:443")->host, "::1");
  for (const char* wrong :
       {"", ":8080", "localhost", "localhost:", "localhost:65536", "local host:80", "a\n:80"})
    EXPECT_FALSE(parse_listen_address(wrong)) << wrong;
}

TEST(Config, HalfAnUpstreamIsAnError) {
  const auto config = read({{"API_IOT_BASE_URL", "https://iot.example.org"}});
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().detail.find("API_IOT_TOKEN_URL"), std::string::npos);
}

TEST(Config, ACertificateWithoutItsKeyIsAnError) {
  const auto config = read({{"API_IOT_BASE_URL", "https://iot.example.org"},
                            {"API_IOT_TOKEN_URL", "https://iot.example.org/token"},
                            {"API_IOT_CLIENT_ID", "a"},
                            {"API_IOT_CLIENT_SECRET", "b"},
                            {"API_IOT_CLIENT_CERT_FILE", "client.pem"}});
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().detail.find("API_IOT_CLIENT_KEY_FILE"), std::string::npos);
}

TEST(Config, TwoCallbackSecretsWhileOneIsReplaced) {
  const auto config = read({{"API_IOT_BASE_URL", "https://iot.example.org/"},
                            {"API_IOT_TOKEN_URL", "https://iot.example.org/token"},
                            {"API_IOT_CLIENT_ID", "a"},
                            {"API_IOT_CLIENT_SECRET", "b"},
                            {"API_IOT_CALLBACK_SECRET", "one, two"}});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->iot->base_url, "https://iot.example.org");
  EXPECT_EQ(config->iot->callback_secrets.size(), 2U);
}

TEST(Environment, FileLosesAgainstTheProcessAndBadLinesAreNamed) {
  const auto path = std::filesystem::temp_directory_path() / ("contactor-env-" + std::to_string(getpid()));
  {
    std::ofstream(path) << "# comment\nCTR_TEST_A = \"from file\"\nPATH=lost\n\n";
    const auto environment = Environment::read(path);
    ASSERT_TRUE(environment);
    EXPECT_EQ(environment->get("CTR_TEST_A"), "from file");
    EXPECT_NE(environment->get("PATH"), "lost");
  }
  std::ofstream(path) << "GOOD=1\nbad line\n";
  const auto broken = Environment::read(path);
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().detail.find("line 2"), std::string::npos);
  std::filesystem::remove(path);
}

TEST(Config, WebhooksGoToPublicAddressesUnlessNetworksAreNamed) {
  const auto config_of = [](std::map<std::string, std::string> values) {
    return read_config(Environment::of(std::move(values)), "sqlite:x.db");
  };
  const auto plain = config_of({});
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->allow_private_webhooks);
  EXPECT_TRUE(plain->webhook_networks.empty());
  const auto named =
      config_of({{"WEBHOOK_ALLOWED_NETWORKS", "10.1.0.0/16, fd00::/8"}, {"WEBHOOK_RETRY_DELAYS", "1s,5m"}});
  ASSERT_TRUE(named);
  EXPECT_EQ(named->webhook_networks.size(), 2U);
  EXPECT_EQ(named->webhook_delays.size(), 2U);
  EXPECT_FALSE(config_of({{"WEBHOOK_ALLOWED_NETWORKS", "10.1.0.0/16,home"}}));
  EXPECT_FALSE(config_of({{"CONTACTOR_ALLOW_PRIVATE_WEBHOOKS", "perhaps"}}));
  EXPECT_FALSE(config_of({{"WEBHOOK_RETRY_DELAYS", "soon"}}));
}

}  // namespace
}  // namespace contactor::app
