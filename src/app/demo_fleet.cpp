#include "app/demo_fleet.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "app/demo_secrets.h"
#include "engine/fleet/survey.h"
#include "json/json.h"

namespace contactor::app {
namespace {

constexpr Millis kPause{300};
constexpr Millis kAnswerTime = std::chrono::seconds(20);

void write_private(const std::string& path, const std::string& text) {
  {
    std::ofstream(path, std::ios::binary) << text;
  }
  std::filesystem::permissions(path,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

void count_in(FleetTally::Row& row, fleet::Outcome outcome, bool is_on) {
  row.vehicles += 1;
  if (outcome == fleet::Outcome::failed)
    row.failed += 1;
  else if (outcome == fleet::Outcome::as_wanted)
    (is_on ? row.activated : row.deactivated) += 1;
  else
    row.pending += 1;
}

}  // namespace

void set_demo_clouds(Environment& environment, const std::string& world_url, const world::FleetParams& clouds,
                     const ScratchFile& file) {
  const auto set = [&](const char* name, std::string value) { environment.set(name, std::move(value)); };
  const auto at = [&](std::string_view path) { return world_url + std::string(path); };
  write_private(file("tesla.pem"), demo_elliptic_key());
  set("TESLA_CLIENT_ID", clouds.client_id);
  set("TESLA_CLIENT_SECRET", clouds.client_secret);
  set("TESLA_AUTH_URL", at("/tesla-auth/oauth2/v3/token"));
  set("TESLA_BASE_URL", at("/tesla"));
  set("TESLA_KEY_FILE", file("tesla.pem"));
  set("TESLA_AUTH_CODES", "demo=consent");
  set("FLEET_TELEMETRY_HOSTNAME", "telemetry.example.org");
  write_private(file("telemetry.pem"), "-----BEGIN CERTIFICATE-----\nZGVtbw==\n-----END CERTIFICATE-----\n");
  set("FLEET_TELEMETRY_CERT_PATH", file("telemetry.pem"));
  set("BMW_AUTH_URL", at("/bmw-auth"));
  set("BMW_BASE_URL", at("/bmw"));
  set("BMW_CLIENT_ID", clouds.client_id);
  set("BMW_FLEET_ID", clouds.organisation);
  set("BMW_CLIENT_USERNAME", clouds.client_id);
  set("BMW_CLIENT_PASSWORD", clouds.client_secret);
  write_private(file("pkcs12.txt"), demo_key_container(clouds.client_secret));
  set("RENAULT_KID", "demo-key");
  set("RENAULT_AUD", at("/renault-auth/token"));
  set("RENAULT_CLIENT", clouds.client_id);
  set("RENAULT_SCOPE", "fleet");
  set("RENAULT_PWD", clouds.client_secret);
  set("RENAULT_PKCS12_FILE", file("pkcs12.txt"));
  set("RENAULT_BASE_URL", at("/renault"));
  set("RENAULT_API_KEY", clouds.api_key);
  set("STELLANTIS_BASE_URL", at("/stellantis"));
  set("STELLANTIS_EMAIL", clouds.client_id);
  set("STELLANTIS_PASSWORD", clouds.client_secret);
  set("STELLANTIS_COMPANY_ID", clouds.organisation);
  set("STELLANTIS_FLEET_ID", clouds.organisation);
  set("VW_AUTH_URL", at("/vw-auth"));
  set("VW_BASE_URL", at("/vw"));
  set("VW_ORGANIZATION_ID", clouds.organisation);
  set("VW_CLIENT_USERNAME", clouds.client_id);
  set("VW_CLIENT_PASSWORD", clouds.client_secret);
  set("KIA_AUTH_URL", at("/kia-auth/oauth2/token"));
  set("KIA_BASE_URL", at("/kia"));
  set("KIA_API_USERNAME", clouds.client_id);
  set("KIA_API_PWD", clouds.client_secret);
  set("KIA_API_KEY", clouds.api_key);
  set("HM_BASE_URL", at("/hm"));
  set("HM_AUTH_URL", at("/hm-auth/v1/access_tokens"));
  set("HM_CLIENT_ID", clouds.client_id);
  set("HM_CLIENT_SECRET", clouds.client_secret);
}

DemoFleet::DemoFleet(Params params, const std::vector<Vin>& vehicles, Prng& prng)
    : params_(std::move(params)) {
  json::object body;
  auto& items = body["items"].emplace_array();
  for (const Vin& vin : vehicles) {
    const bool is_leaving = prng.below(100) < 6;
    if (is_leaving) leftovers_.push_back(vin);
    items.push_back(
        json::object{{"vin", vin.str()}, {"fleet", "demo"}, {"activation_requested_status", !is_leaving}});
  }
  body_ = json::serialize(body);
}

void DemoFleet::start(std::move_only_function<void(Status)> done) {
  told_ = std::move(done);
  post("/v1/fleet/vehicles", std::exchange(body_, {}), [this](const std::string&) {
    post("/v1/fleet/runs", "{}", [this](const std::string& body) {
      const auto begun = json::parse(body);
      if (!begun || !begun->is_object()) return end(fail(ErrorKind::protocol, "demo", "the run has no name"));
      run_ = json::string_at(begun->get_object(), "id").value_or("");
      watch_run();
    });
  });
}

void DemoFleet::post(std::string path, std::string body, Answered then) {
  ports::HttpRequest request{.method = "POST",
                             .url = params_.base_url + path,
                             .headers = {{"Authorization", "Bearer " + params_.admin_token},
                                         {"Content-Type", "application/json"},
                                         {"Idempotency-Key", "demo" + path}},
                             .body = std::move(body),
                             .respond_by = params_.real_time.now() + kAnswerTime};
  params_.transport.send(
      std::move(request), [this, path, then = std::move(then),
                           alive = std::weak_ptr(alive_)](Result<ports::HttpResponse> answer) mutable {
        if (alive.expired()) return;
        if (!answer) return end(fail(std::move(answer.error())));
        if (answer->status >= 300)
          return end(fail(ErrorKind::protocol, "demo",
                          fmt::format("{} answered {}: {}", path, answer->status, answer->body)));
        then(answer->body);
      });
}

void DemoFleet::watch_run() {
  const auto* const view = params_.control.find(run_);
  if (view == nullptr || view->ended_at != Instant()) {
    if (view != nullptr && view->error) return end(fail(*view->error));
    return end({});
  }
  params_.real_time.call_at(params_.real_time.now() + kPause, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) watch_run();
  });
}

void DemoFleet::end(Status status) {
  done_ = true;
  if (told_) std::exchange(told_, nullptr)(std::move(status));
}

std::string DemoFleet::line() const {
  const auto* const view = params_.control.find(run_);
  if (view == nullptr) return "being put on record";
  std::string text;
  for (const fleet::Oem oem : fleet::all_oems) {
    const auto& progress = view->progress[static_cast<std::size_t>(oem)];
    if (progress.total > 0)
      text += fmt::format("{} {}/{}  ", fleet::to_string(oem), progress.done, progress.total);
  }
  return text.empty() ? "clouds are asked" : text;
}

void DemoFleet::count(ports::Done<FleetTally> done) {
  struct Counting {
    FleetTally tally;
    std::array<FleetTally::Row, fleet::oem_count> rows;
    std::unique_ptr<engine::Survey> survey;
  };
  const engine::FleetParts& parts = params_.control.parts();
  auto counting = std::make_shared<Counting>();
  counting->survey = std::make_unique<engine::Survey>(parts.store, parts.settings, parts.time);
  const auto each = [counting](engine::Surveyed surveyed) {
    const bool is_on = surveyed.vehicle.status.value_or(false);
    if (!surveyed.route.oem) {
      counting->tally.unmapped += 1;
      counting->tally.whole.vehicles += 1;
      return;
    }
    const auto outcome = engine::outcome_at_rest(surveyed.vehicle, surveyed.wanted);
    count_in(counting->rows[static_cast<std::size_t>(*surveyed.route.oem)], outcome, is_on);
    count_in(counting->tally.whole, outcome, is_on);
  };
  counting->survey->start(each, [counting, done = std::move(done)](const Status&) mutable {
    for (const fleet::Oem oem : fleet::all_oems)
      counting->tally.by_oem.emplace_back(fleet::to_string(oem),
                                          counting->rows[static_cast<std::size_t>(oem)]);
    done(std::move(counting->tally));
  });
}

}  // namespace contactor::app
