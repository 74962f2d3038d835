#include "api/charging_soh.h"

#include <fmt/format.h>

#include "api/charging_records.h"
#include "api/environment.h"
#include "charging/decimal.h"
#include "json/json.h"

namespace contactor::api {
namespace {

using namespace charging;

/// A number at its decimals, as the models write it.
json::value number(std::int64_t count, int decimals) { return *json::parse(decimal_text(count, decimals)); }

/// @param decimals  of the unit that is shown: milli-percent as percent have three.
template <class Unit>
json::value interval_value(const std::optional<Interval<Unit>>& interval, int decimals) {
  if (!interval) return nullptr;
  return json::object{{"value", number(interval->value.count(), decimals)},
                      {"low", number(interval->low.count(), decimals)},
                      {"high", number(interval->high.count(), decimals)}};
}

json::value trend_value(const std::optional<SohTrend>& trend) {
  if (!trend) return nullptr;
  return json::object{{"over", trend->over == SohTrend::Over::year ? "year" : "10000_km"},
                      {"change_kwh", interval_value(std::optional(trend->change), 3)}};
}

json::object soh_object(const std::string& vin, const engine::SohReport& report) {
  const SohAnswer& answer = report.answer;
  json::array doubts;
  for (const SohDoubt doubt : answer.doubts) doubts.emplace_back(spelled(doubt));
  json::array used;
  for (const SohUsed& it : answer.used)
    used.push_back(json::object{{"event_id", it.id.str()},
                                {"capacity_kwh", number(it.capacity.count(), 3)},
                                {"change_percent", number(it.change.count(), 3)},
                                {"measured_at", spelled(it.measured_at)}});
  json::array rejected;
  for (const SohRejected& it : answer.rejected)
    rejected.push_back(json::object{{"event_id", it.id.str()}, {"reason", spelled(it.reason)}});
  json::object out{
      {"vin", vin}, {"outcome", spelled(answer.outcome)}, {"confidence", spelled(answer.confidence)}};
  out["soh_percent"] = interval_value(answer.soh, 3);
  out["capacity_kwh"] = interval_value(answer.capacity, 3);
  out["interval"] = "90%";
  out["trend"] = trend_value(answer.trend);
  out["as_of"] = answer.as_of ? json::value(to_rfc3339(*answer.as_of)) : json::value(nullptr);
  out["model"] = report.model.empty() ? json::value(nullptr) : json::value(report.model);
  out["model_capacity_kwh"] =
      report.model_capacity ? number(report.model_capacity->count(), 3) : json::value(nullptr);
  out["oem_percent"] = answer.oem_value ? number(answer.oem_value->count(), 3) : json::value(nullptr);
  out["sessions_missing"] = answer.sessions_missing;
  out["doubts"] = std::move(doubts);
  out["sessions_used"] = std::move(used);
  out["sessions_rejected"] = std::move(rejected);
  return out;
}

}  // namespace

void show_soh(CallPtr call) {
  const auto vin = Vin::parse(call->path_value("vin"));
  if (!vin) return call->refuse(validation_problem({{"?vin", vin.error().detail}}));
  call->env->charging->report_soh(
      *vin, or_refuse<engine::SohReport>(call, [call, vin = *vin](const engine::SohReport& report) {
        if (!report.is_known) return call->refuse(no_such_thing());
        const std::string shown =
            call->principal().sees_personal_data() ? std::string(vin.str()) : vin.masked();
        call->reply(200, json::serialize(soh_object(shown, report)));
      }));
}

void show_versions(CallPtr call) {
  find_record<ChargingEvent>(call, [call](const ChargingEvent& event) {
    charging_store(*call).event_versions(
        event.id,
        or_refuse<std::vector<ChargingEvent>>(call, [call](const std::vector<ChargingEvent>& versions) {
          std::vector<std::string> items;
          for (const auto& version : versions) items.push_back(seen_record(*call, version));
          call->reply(200, list_json(items, std::nullopt));
        }));
  });
}

}  // namespace contactor::api
