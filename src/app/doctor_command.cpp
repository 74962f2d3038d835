// `contactor doctor`: one line a finding, good or bad.

#include <cstdio>

#include <fmt/format.h>

#include "app/commands.h"
#include "app/doctor.h"
#include "app/store_session.h"
#include "app/store_url.h"
#include "app/upstreams.h"
#include "http_client/beast_pool.h"
#include "http_client/curl_multi.h"
#include "json/json.h"
#include "store/migrations.h"
#include "store/open.h"

namespace contactor::app {
namespace {

std::string_view to_string(Level level) {
  if (level == Level::ok) return "ok";
  return level == Level::warning ? "warning" : "error";
}

/// `migrate` needs one of the two sets only, so the other is missed when it is too late.
void check_environments(const Environment& environment, Findings& findings) {
  for (const auto& [place, other] :
       {std::pair(Place::local, Place::production), {Place::production, Place::local}}) {
    if (!is_mentioned(environment, place)) continue;
    const auto named = named_database(environment, place);
    if (!named) findings.push_back({Level::warning, "migrate", named.error().detail});
    if (!is_mentioned(environment, other))
      findings.push_back({Level::warning, "migrate",
                          fmt::format("the environment {} has no database: only {} is named",
                                      to_string(other), to_string(place))});
    const auto second = named_database(environment, other);
    if (place == Place::local && named && second && named->is_same(*second))
      findings.push_back(
          {Level::error, "migrate", "POSTGRES_* and POSTGRES_*_PRODUCTION name the same database"});
  }
}

/// Beside whoever holds the file. What cannot be read has been told of already.
void check_file_schema(const Config& config, Findings& findings) {
  (void)store::with_migrations_read(config.db, [&](store::Migrations& migrations) -> Status {
    CTR_TRY(current, migrations.current());
    if (current > migrations.head())
      findings.push_back({Level::warning, "store", words_about_newer_schema(current, migrations.head())});
    return {};
  });
}

void check_store(const Config& config, Findings& findings) {
  if (store::is_postgres(config.db) && !check_postgres(config.db, findings)) return;
  auto session = StoreSession::open(config);
  if (!session) return findings.push_back({Level::error, "store", session.error().detail});
  const auto node = (*session)->running_node();
  const auto answer = (*session)->ask(
      {.method = "GET", .target = "/v1/overview", .headers = {{"Accept", "application/json"}}, .body = {}});
  const auto overview = answer ? json::parse(answer->body) : Result<json::value>(fail(answer.error()));
  if (!overview || answer->status != 200) {
    const std::string words =
        overview ? fmt::format("it answers {}", answer->status) : overview.error().detail;
    return findings.push_back(
        {Level::error, "store", node ? fmt::format("held by process {}: {}", *node, words) : words});
  }
  if (node) findings.push_back({Level::ok, "node", fmt::format("running, process {}, answers", *node)});
  findings.push_back({Level::ok, "store", node ? "held by the running node" : "opens, and its schema fits"});
  check_deliveries(**session, findings);
  if (!store::is_postgres(config.db)) check_file_schema(config, findings);
  const auto wrong = json::integer_at(overview->as_object(), "captured_not_confirmed").value_or(0);
  if (wrong > 0)
    findings.push_back(
        {Level::error, "money", fmt::format("{} payments are captured without a confirmation", wrong)});
}

/// Asks the IoT API about a vehicle that nobody has: any authentic answer proves address and credentials.
void check_iot(const Config& config, Findings& findings) {
  if (!config.iot)
    return findings.push_back({Level::error, "iot_api", "API_IOT_BASE_URL and its companions are not set"});
  if (config.iot->callback_secrets.empty())
    findings.push_back(
        {Level::warning, "iot_api", "API_IOT_CALLBACK_SECRET is not set: status is polled only"});
  if (config.public_url.empty())
    findings.push_back({Level::warning, "iot_api", "PUBLIC_URL is not set: nobody can call back"});
  task::Loop loop;
  auto hot = http_client::BeastPool::create(loop, {.tls = tls_of_iot(config)});
  auto slow = http_client::CurlMulti::create(loop, {});
  if (!hot) return findings.push_back({Level::error, "http", hot.error().detail});
  if (!slow) return findings.push_back({Level::error, "http", slow.error().detail});
  Config only_iot;
  only_iot.iot = config.iot;
  auto upstreams = make_upstreams(only_iot, {.loop = loop, .time = loop, .hot = **hot, .slow = **slow});
  if (!upstreams) return findings.push_back({Level::error, "iot_api", upstreams.error().detail});
  upstreams->iot->health(*Vin::parse("00000000000000000"), loop.now() + std::chrono::seconds(10),
                         [&](Result<ota::VehicleHealth> health) {
                           if (health || health.error().kind == ErrorKind::not_found ||
                               health.error().kind == ErrorKind::invalid)
                             findings.push_back({Level::ok, "iot_api", "answers, and takes the credentials"});
                           else
                             findings.push_back({Level::error, "iot_api", health.error().message()});
                           loop.stop();
                         });
  loop.run();
}

void check_rest(const Config& config, const Instant now, Findings& findings) {
  const bool sane = now > Instant::from_millis(1'700'000'000'000);
  findings.push_back(
      {sane ? Level::ok : Level::error, "clock", sane ? to_rfc3339(now) : "the clock is years behind"});
  if (!config.stripe && !config.shop)
    findings.push_back({Level::warning, "payments", "neither Stripe nor a shop's webhook is configured"});
  if (config.stripe && config.stripe->webhook_secrets.empty())
    findings.push_back(
        {Level::warning, "payments",
         "STRIPE_WEBHOOK_SECRET is not set: payment events are refused, the books are asked instead"});
  if (!config.mail)
    findings.push_back({Level::warning, "mail", "SMTP_URL and MAIL_FROM are not set: customers get no mail"});
  if (!config.push) findings.push_back({Level::warning, "push", "FCM_PROJECT is not set: no push messages"});
  if (config.console_url.empty())
    findings.push_back(
        {Level::warning, "console", "CONSOLE_URL is not set: mails link to the listening address"});
}

}  // namespace

std::string words_about_newer_schema(int revision, int head) {
  return fmt::format(
      "the schema is at revision {}, one newer than this program's {}: it works, and is too old for "
      "the next one",
      revision, head);
}

int run_command(const cli::Doctor&, const cli::Options& options, const Environment& environment) {
  Findings findings;
  bool is_understood = false;
  const auto config = read_config(environment, options.db);
  if (!config) {
    findings.push_back({Level::error, "config", config.error().detail});
  } else {
    task::Loop clock;
    findings.push_back({Level::ok, "config", "all names are understood"});
    check_rest(*config, clock.now(), findings);
    check_environments(environment, findings);
    check_store(*config, findings);
    check_iot(*config, findings);
    is_understood = check_fleet(*config, environment, findings);
  }
  bool broken = false;
  json::array items;
  for (const auto& finding : findings) {
    broken = broken || finding.level == Level::error;
    if (!options.json) fmt::print("{:<8} {:<9} {}\n", to_string(finding.level), finding.area, finding.text);
    items.push_back(
        json::object{{"level", to_string(finding.level)}, {"area", finding.area}, {"text", finding.text}});
  }
  if (options.json) fmt::print("{}\n", json::serialize(json::object{{"findings", std::move(items)}}));
  if (!is_understood) return 2;
  return broken ? 3 : 0;
}

}  // namespace contactor::app
