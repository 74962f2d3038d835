#include "world/fleet/clouds.h"

#include <algorithm>

#include "world/fleet/bmw.h"
#include "world/fleet/high_mobility.h"
#include "world/fleet/kia.h"
#include "world/fleet/renault.h"
#include "world/fleet/stellantis.h"
#include "world/fleet/tesla.h"
#include "world/fleet/volkswagen.h"
#include "world/route.h"

namespace contactor::world {

struct FleetClouds::Place {
  Cloud* cloud = nullptr;
  Outage outage = Outage::none;
  Traffic traffic;
};

FleetClouds::FleetClouds(Context& context) : context_(context) {
  clouds_.push_back(std::make_unique<BmwCloud>(context));
  clouds_.push_back(std::make_unique<TeslaCloud>(context));
  clouds_.push_back(std::make_unique<RenaultCloud>(context));
  clouds_.push_back(std::make_unique<StellantisCloud>(context));
  clouds_.push_back(std::make_unique<VolkswagenCloud>(context));
  clouds_.push_back(std::make_unique<KiaCloud>(context));
  clouds_.push_back(std::make_unique<HighMobilityCloud>(context));
  for (const auto& cloud : clouds_)
    places_.push_back({.cloud = cloud.get(), .traffic = {.prefix = cloud->prefix()}});
}
FleetClouds::~FleetClouds() = default;

std::optional<Reply> FleetClouds::handle(const ports::HttpRequest& request, std::string_view path,
                                         std::string_view query, Instant now) {
  if (!take_prefix(path, "/")) return std::nullopt;
  std::string_view name = take_segment(path);
  const bool is_sign_in = name.ends_with("-auth");
  if (is_sign_in) name.remove_suffix(5);
  const auto place =
      std::ranges::find_if(places_, [&](const Place& at) { return at.cloud->prefix() == name; });
  if (place == places_.end()) return std::nullopt;
  return answer(*place, request, path, query, is_sign_in, now);
}

Reply FleetClouds::answer(Place& place, const ports::HttpRequest& request, std::string_view path,
                          std::string_view query, bool is_sign_in, Instant now) {
  if (!is_sign_in) {
    if (place.traffic.calls++ == 0) place.traffic.first_at = now;
    place.traffic.last_at = now;
  }
  Faults& faults = context_.faults;
  const Instant at = now + context_.params.fleet.latency;
  if (place.outage == Outage::silent) return {json_response(503, "{}"), now, Fate::hang};
  if (place.outage == Outage::refuses || faults.strikes(FaultKind::cloud_server_error))
    return {html_response(503, "Service Unavailable"), at, Fate::delivered};
  if (faults.strikes(FaultKind::cloud_lost_before)) return {json_response(200, "{}"), at, Fate::lost_before};
  if (faults.strikes(FaultKind::cloud_rate_limited)) {
    auto limited = json_response(429, R"({"message":"Too Many Requests"})");
    limited.headers.push_back({"Retry-After", "30"});
    return {std::move(limited), at, Fate::delivered};
  }
  if (!is_sign_in && faults.strikes(FaultKind::cloud_token_lost)) place.cloud->revoke_tokens();
  Reply reply{place.cloud->handle(request, path, query, is_sign_in, now), at, Fate::delivered};
  if (faults.strikes(FaultKind::cloud_lost_after)) reply.fate = Fate::lost_after;
  if (faults.strikes(FaultKind::cloud_hang)) reply.fate = Fate::hang;
  if (faults.strikes(FaultKind::cloud_slow))
    reply.at = reply.at + context_.between(std::chrono::seconds(5), std::chrono::seconds(50));
  if (faults.strikes(FaultKind::cloud_html_ok)) reply.response = html_response(200, "Welcome");
  if (faults.strikes(FaultKind::cloud_broken_body))
    reply.response.body.resize(reply.response.body.size() / 2);
  return reply;
}

Cloud* FleetClouds::find(std::string_view prefix) {
  const auto found =
      std::ranges::find_if(clouds_, [&](const auto& cloud) { return cloud->prefix() == prefix; });
  return found == clouds_.end() ? nullptr : found->get();
}

void FleetClouds::set_outage(std::string_view prefix, Outage outage) {
  for (Place& place : places_)
    if (place.cloud->prefix() == prefix) place.outage = outage;
}

void FleetClouds::heal() {
  for (Place& place : places_) {
    place.outage = Outage::none;
    place.cloud->heal();
  }
}

std::uint64_t FleetClouds::calls(std::string_view prefix) const {
  std::uint64_t calls = 0;
  for (const Place& place : places_)
    if (place.cloud->prefix() == prefix) calls += place.traffic.calls;
  return calls;
}

std::vector<FleetClouds::Traffic> FleetClouds::traffic() const {
  std::vector<Traffic> all;
  for (const Place& place : places_) all.push_back(place.traffic);
  return all;
}

}  // namespace contactor::world
