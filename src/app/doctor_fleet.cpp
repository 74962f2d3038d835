// What `contactor doctor` finds of the fleet: clouds, keys, alerts, time zones.

#include <algorithm>

#include <fmt/format.h>

#include "app/ask.h"
#include "app/clouds.h"
#include "app/doctor.h"
#include "app/fleet_config.h"
#include "app/fleet_site.h"
#include "fleet/calendar.h"
#include "json/json.h"
#include "task/loop.h"

namespace contactor::app {
namespace {

constexpr Millis kAnswerMax = std::chrono::seconds(10);

/// Checks that are under way; each answers once, or is told as late.
class Checks {
 public:
  Checks(task::Loop& loop, Findings& findings) : loop_(loop), findings_(findings) {}

  [[nodiscard]] ports::Done<Status> add(std::string who) {
    const std::size_t number = asked_.size();
    asked_.push_back({.who = std::move(who)});
    return [this, number](Status status) {
      if (asked_[number].is_over) return;
      asked_[number] = {.who = asked_[number].who, .answer = std::move(status), .is_over = true};
      if (++over_ == asked_.size()) loop_.stop();
    };
  }
  void run() {
    if (over_ < asked_.size()) {
      loop_.call_at(loop_.now() + kAnswerMax, [this] { loop_.stop(); });
      loop_.run();
    }
    for (Asked& asked : asked_) {
      const bool is_late = !std::exchange(asked.is_over, true);
      if (is_late)
        tell(Level::error, asked.who + ": no answer within 10 s");
      else if (asked.answer)
        tell(Level::ok, asked.who + ": answers, and takes the credentials");
      else
        tell(Level::error, asked.who + ": " + asked.answer.error().message());
    }
  }

 private:
  struct Asked {
    std::string who;
    Status answer = {};
    bool is_over = false;
  };
  void tell(Level level, std::string text) { findings_.push_back({level, "fleet", std::move(text)}); }

  task::Loop& loop_;
  Findings& findings_;
  std::vector<Asked> asked_;
  std::size_t over_ = 0;
};

/// For a cloud that is only asked whether it lets us in.
class NoConsents final : public ports::OwnerConsents {
 public:
  using Owner = std::optional<ports::TeslaOwner>;
  void read(Vin, ports::Done<Result<Owner>> done) override { done(Owner()); }
  void borrow(Vin, ports::Done<Result<Owner>> done) override { done(Owner()); }
  void keep(Vin, ports::OwnerTokens, ports::Done<Status> done) override { done({}); }
  void drop_code(Vin, ports::Done<Status> done) override { done({}); }
  void give_back(Vin) override {}
};

/// @return  whether there are any owners on record.
bool count_owners(const Config& config, Findings& findings) {
  if (config.key_file.empty()) return false;
  const auto complain = [&](const Error& error) {
    findings.push_back({Level::error, "fleet", "single Teslas: " + error.detail});
    return false;
  };
  auto session = StoreSession::open(config);
  // What keeps the store shut is told among the findings about the store.
  if (!session) return false;
  const auto answer = ask_document(**session, get("/local/tesla-owners"));
  if (!answer) return complain(answer.error());
  const auto* const items = json::array_at(*answer, "items");
  const std::size_t count = items == nullptr ? 0 : items->size();
  if (count == 0) return false;
  const auto without = std::ranges::count_if(*items, [](const auto& item) {
    const auto consent = text_at(item.as_object(), "consent");
    return consent != "new" && consent != "given";
  });
  findings.push_back(
      {without > 0 ? Level::warning : Level::ok, "fleet",
       fmt::format("single Teslas: {} owners on record, {} without a consent", count, without)});
  return true;
}

void ask_clouds(const Config& config, const FleetConfig& fleet, bool has_owners, Findings& findings) {
  task::Loop loop;
  auto client = make_cloud_client(loop, config.crl_file);
  if (!client) return findings.push_back({Level::error, "fleet", client.error().detail});
  Checks checks(loop, findings);
  const Clouds clouds = make_clouds(fleet, **client, loop);
  for (const auto& [oem, why] : clouds.unusable)
    findings.push_back({Level::error, "fleet", fmt::format("{}: {}", fleet::shown(oem), why)});
  for (const auto& [oem, cloud] : clouds.by_oem) cloud->check(checks.add(std::string(fleet::shown(oem))));
  NoConsents consents;
  std::unique_ptr<ports::OemCloud> owners;
  if (const auto tesla = fleet.clouds.find(fleet::Oem::tesla); has_owners && tesla != fleet.clouds.end()) {
    auto made = make_owners_cloud(tesla->second, **client, loop, consents);
    if (made) owners = std::move(*made);
    if (owners) owners->check(checks.add("single Teslas at Tesla"));
  }
  if (clouds.chat) clouds.chat->check(checks.add("Slack"));
  checks.run();
}

}  // namespace

bool check_fleet(const Config& config, const Environment& environment, Findings& findings) {
  const auto fleet = read_fleet_config(environment);
  if (!fleet) {
    findings.push_back({Level::error, "fleet", fleet.error().detail});
    return false;
  }
  findings.push_back({Level::ok, "fleet", "routes, makes and reasons contradict each other nowhere"});
  if (!fleet::Zone::find("Europe/Paris"))
    findings.push_back({Level::error, "fleet",
                        "this machine has no time zone database (tzdata): FLEET_TIMEZONE can name none"});
  for (const auto& [oem, missing] : fleet->unconfigured)
    findings.push_back(
        {Level::warning, "fleet", fmt::format("{}: not configured, {}", fleet::shown(oem), missing)});
  if (!fleet->slack)
    findings.push_back(
        {Level::warning, "fleet",
         "SLACK_TOKEN and METRIC_SLACK_CHANNEL_ID are not set: alerts are stored and shown, and "
         "told to nobody"});
  ask_clouds(config, *fleet, count_owners(config, findings), findings);
  return true;
}

}  // namespace contactor::app
