#include "world/fleet/cloud_control.h"

#include <algorithm>

#include "json/json.h"
#include "world/fleet/clouds.h"
#include "world/fleet/tesla.h"
#include "world/reply.h"
#include "world/route.h"

namespace contactor::world {
namespace {

constexpr std::size_t kChangesMax = 1000;

ports::HttpResponse refused(int status, std::string_view why) {
  return json_response(status, json::serialize(json::object{{"error", why}}));
}
ports::HttpResponse done() { return json_response(200, R"({"ok":true})"); }

json::array latest_changes(const Cloud& cloud) {
  const auto& changes = cloud.changes();
  json::array lines;
  for (std::size_t i = changes.size() - std::min(changes.size(), kChangesMax); i < changes.size(); ++i)
    lines.push_back(json::object{
        {"vin", changes[i].vin.str()}, {"active", changes[i].active}, {"at", to_rfc3339(changes[i].at)}});
  return lines;
}

ports::HttpResponse show(const FleetClouds& clouds) {
  json::object all;
  for (const auto& cloud : clouds.all())
    all[cloud->prefix()] =
        json::object{{"calls", clouds.calls(cloud->prefix())}, {"changes", latest_changes(*cloud)}};
  return json_response(200, json::serialize(all));
}

ports::HttpResponse set_outage(FleetClouds& clouds, const Cloud& cloud, const json::object& body) {
  using Outage = FleetClouds::Outage;
  const std::string_view name = json::string_at(body, "outage").value_or("");
  for (const auto& [known, outage] :
       {std::pair("none", Outage::none), {"refuses", Outage::refuses}, {"silent", Outage::silent}}) {
    if (name != known) continue;
    clouds.set_outage(cloud.prefix(), outage);
    return done();
  }
  return refused(400, "outage is none, refuses or silent");
}

ports::HttpResponse set_vehicle(Cloud& cloud, const Vin& vin, const json::object& body, Instant now) {
  const auto temper = parse_temper(json::string_at(body, "temper").value_or(""));
  const auto active = json::bool_at(body, "active");
  const bool is_understood = body.size() == (temper ? 1U : 0U) + (active ? 1U : 0U);
  if (body.empty() || !is_understood)
    return refused(400, "temper is prompt, slow, stubborn, refused, awkward or unknown; active a flag");
  if (temper) cloud.pin_temper(vin, *temper);
  if (active) cloud.meddle(vin, *active, now);
  return done();
}

ports::HttpResponse give_consent(Cloud& cloud, const json::object& body, Instant now) {
  const auto vin = Vin::parse(json::string_at(body, "vin").value_or(""));
  if (!vin) return refused(400, vin.error().detail);
  auto* const tesla = dynamic_cast<TeslaCloud*>(&cloud);
  if (tesla == nullptr) return refused(404, "this cloud asks no owner");
  if (json::bool_at(body, "withdrawn").value_or(false)) {
    tesla->withdraw_consent(*vin, now);
    return done();
  }
  return json_response(200, json::serialize(json::object{{"code", tesla->accounts().consent(*vin)}}));
}

ports::HttpResponse act_on(FleetClouds& clouds, Cloud& cloud, std::string_view path, const json::object& body,
                           Instant now) {
  if (path.empty()) return set_outage(clouds, cloud, body);
  if (path == "consents") return give_consent(cloud, body, now);
  if (take_prefix(path, "vehicles/")) {
    const auto vin = Vin::parse(path);
    return vin ? set_vehicle(cloud, *vin, body, now) : refused(400, vin.error().detail);
  }
  if (path != "revoke-tokens") return refused(404, "no such control");
  cloud.revoke_tokens();
  return done();
}

}  // namespace

ports::HttpResponse control_clouds(FleetClouds& clouds, const ports::HttpRequest& request,
                                   std::string_view path, Instant now) {
  if (path.empty() && request.method == "GET") return show(clouds);
  Cloud* const cloud = clouds.find(take_segment(path));
  if (cloud == nullptr) return refused(404, "no such cloud");
  if (request.method == "GET" && take_prefix(path, "vehicles/")) {
    const auto vin = Vin::parse(path);
    if (!vin) return refused(400, vin.error().detail);
    return json_response(200, json::serialize(json::object{{"active", cloud->is_active(*vin, now)}}));
  }
  if (request.method != "POST") return refused(405, "controls are set by POST");
  const auto body = json::parse(request.body.empty() ? std::string_view("{}") : request.body);
  if (!body || !body->is_object()) return refused(400, "a JSON object is needed");
  return act_on(clouds, *cloud, path, body->get_object(), now);
}

}  // namespace contactor::world
