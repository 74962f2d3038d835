// What the fleet has come to: metrics by day, and what people must look at.

#include "api/activation_codec.h"
#include "api/environment.h"
#include "api/vehicle_codec.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr Policy kReaders = Policy::roles({Role::viewer, Role::operator_, Role::technician, Role::admin});
constexpr std::size_t kMetricDays = 400;

ports::FleetStore& store_of(const Call& call) { return call.env->fleet->parts().store; }

void show_metrics(CallPtr call) {
  store_of(*call).metrics(kMetricDays, or_refuse<std::vector<ports::ActivationMetric>>(
                                           call, [call](const std::vector<ports::ActivationMetric>& metrics) {
                                             std::vector<std::string> items;
                                             for (const auto& metric : metrics)
                                               items.push_back(json::serialize(json::object{
                                                   {"date", metric.date},
                                                   {"oem", metric.oem},
                                                   {"nb_vehicles_activated", metric.activated},
                                                   {"partial", metric.partial},
                                                   {"run", metric.run},
                                                   {"updated_at", to_rfc3339(metric.updated_at)}}));
                                             call->reply(200, list_json(items, std::nullopt));
                                           }));
}

void show_totals(CallPtr call) {
  store_of(*call).fleet_totals(or_refuse<ports::FleetTotals>(call, [call](const ports::FleetTotals& totals) {
    std::vector<std::string> items;
    for (const auto& row : totals.rows)
      items.push_back(json::serialize(
          json::object{{"oem", row.oem ? json::value(fleet::to_string(*row.oem)) : json::value(nullptr)},
                       {"vehicles", row.vehicles},
                       {"active", row.active}}));
    call->reply(200, list_json(items, std::nullopt));
  }));
}

void list_alerts(CallPtr call) {
  Faults faults;
  const std::size_t limit = read_limit(*call, faults);
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  store_of(*call).alerts(
      true, limit,
      or_refuse<std::vector<fleet::Alert>>(call, [call](const std::vector<fleet::Alert>& alerts) {
        std::vector<std::string> items;
        for (const auto& alert : alerts) {
          std::string text = json::serialize(json::object{
              {"kind", fleet::to_string(alert.kind)},
              {"vin", alert.vin.str()},
              {"about", alert.about},
              {"oem", alert.oem ? json::value(fleet::to_string(*alert.oem)) : json::value(nullptr)},
              {"raised_at", to_rfc3339(alert.raised_at)},
              {"told", alert.told_at != Instant()}});
          items.push_back(call->principal().sees_personal_data() ? text
                                                                 : mask_vin(std::move(text), alert.vin));
        }
        call->reply(200, list_json(items, std::nullopt));
      }));
}

}  // namespace

std::vector<Route> fleet_report_routes() {
  return {
      {.method = "GET",
       .pattern = "/v1/fleet/metrics",
       .policy = kReaders,
       .handle = show_metrics,
       .summary = "Activated vehicles by day and cloud, newest day first",
       .tag = "fleet",
       .response_schema = "MetricList"},
      {.method = "GET",
       .pattern = "/v1/fleet/totals",
       .policy = kReaders,
       .handle = show_totals,
       .summary =
           "How many vehicles each cloud has on record, and how many of them are active; null: no cloud",
       .tag = "fleet",
       .response_schema = "FleetTotals"},
      {.method = "GET",
       .pattern = "/v1/fleet/alerts",
       .policy = kReaders,
       .handle = list_alerts,
       .summary = "What people must look at, while it lasts",
       .tag = "fleet",
       .response_schema = "AlertList",
       .query = {"limit"}},
  };
}

}  // namespace contactor::api
