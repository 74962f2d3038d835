#include "api/vehicle_codec.h"

#include "api/fields.h"
#include "fleet/reasons.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr TextRule kFleetRule{.min = 0, .max = 100};
constexpr TextRule kDetailRule{.min = 0, .max = 100};
constexpr TextRule kCommentRule{.min = 0, .max = 255, .kind = TextRule::Kind::multiline};

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}
json::value flag_or_null(std::optional<bool> flag) {
  return flag ? json::value(*flag) : json::value(nullptr);
}
json::value day_or_null(std::optional<fleet::Day> day) {
  return day ? json::value(fleet::to_string(*day)) : json::value(nullptr);
}
json::value moment_or_null(Instant at) {
  return at.is_never() || at == Instant() ? json::value(nullptr) : json::value(to_rfc3339(at));
}

json::value reason_value(std::optional<fleet::Oem> oem, std::string_view key) {
  if (!oem || key.empty()) return nullptr;
  const fleet::Reason& reason = fleet::find_reason(*oem, key);
  return json::object{{"key", key},
                      {"text", reason.text},
                      {"todo", reason.todo},
                      {"who", fleet::to_string(reason.who)},
                      {"final", reason.final}};
}

/// The members of a wish that are named in the body replace those that are there.
void read_wish(Fields& fields, fleet::Wish& wish) {
  const auto text = [&](std::string_view name, const TextRule& rule, std::string& into) {
    if (fields.is_null(name)) into.clear();
    if (auto given = fields.nullable_text(name, rule)) into = std::move(*given);
  };
  text("fleet", kFleetRule, wish.fleet);
  text("make", kDetailRule, wish.make);
  text("model", kDetailRule, wish.model);
  text("type", kDetailRule, wish.type);
  text("activation_comment", kCommentRule, wish.comment);
  const auto day = [&](std::string_view name, std::optional<fleet::Day>& into) {
    if (fields.is_null(name)) into.reset();
    const auto given = fields.nullable_text(name, kDetailRule);
    if (!given) return;
    into = fleet::parse_day(*given);
    if (!into) fields.blame(name, "must be a day like 2026-11-21");
  };
  day("activation_start_date", wish.start);
  day("activation_end_date", wish.end);
  if (fields.is_null("activation_requested_status")) wish.requested.reset();
  if (const auto given = fields.nullable_flag("activation_requested_status")) wish.requested = *given;
  if (wish.start && wish.end && *wish.start > *wish.end)
    fields.blame("activation_end_date", "must not be before activation_start_date");
}

json::object counts_of(const std::array<std::uint64_t, fleet::outcome_count>& vehicles) {
  json::object counts;
  for (std::size_t i = 0; i < fleet::outcome_count; ++i)
    counts[fleet::to_string(static_cast<fleet::Outcome>(i))] = vehicles[i];
  return counts;
}

}  // namespace

json::object vehicle_object(const engine::Surveyed& surveyed, Instant now, Millis silent_after) {
  const fleet::Vehicle& vehicle = surveyed.vehicle;
  return {
      {"vin", vehicle.vin.str()},
      {"fleet", text_or_null(vehicle.wish.fleet)},
      {"make", text_or_null(surveyed.route.make)},
      {"model", text_or_null(vehicle.wish.model)},
      {"type", text_or_null(vehicle.wish.type)},
      {"oem", surveyed.route.oem ? json::value(fleet::to_string(*surveyed.route.oem)) : json::value(nullptr)},
      {"activation_requested_status", flag_or_null(vehicle.wish.requested)},
      {"activation_start_date", day_or_null(vehicle.wish.start)},
      {"activation_end_date", day_or_null(vehicle.wish.end)},
      {"activation_comment", text_or_null(vehicle.wish.comment)},
      {"activation_status", flag_or_null(vehicle.status)},
      {"activation_status_message", text_or_null(fleet::to_string(vehicle.message))},
      {"wanted", json::object{{"active", surveyed.wanted.active},
                              {"why", fleet::to_string(surveyed.wanted.why)},
                              {"until", moment_or_null(surveyed.wanted.until)}}},
      {"standing", fleet::to_string(vehicle.cloud.standing)},
      {"reason", reason_value(surveyed.route.oem, vehicle.cloud.reason)},
      {"oem_detail", text_or_null(vehicle.cloud.detail)},
      {"valid_until", moment_or_null(vehicle.cloud.valid_until)},
      {"accepted_at", moment_or_null(vehicle.accepted_at)},
      {"observed_at", moment_or_null(vehicle.observed_at)},
      {"next_check_at", moment_or_null(vehicle.next_check_at)},
      {"blocked", vehicle.blocked},
      {"silent", fleet::is_silent(vehicle, silent_after, now)},
      {"intent", fleet::to_string(vehicle.intent)},
      {"is_processed", vehicle.processed},
      {"vehicle_model_id", vehicle.model_id ? json::value(*vehicle.model_id) : json::value(nullptr)},
      {"model_by_hand", vehicle.model_by_hand},
      {"version", vehicle.version},
      {"created_at", moment_or_null(vehicle.created_at)},
      {"updated_at", moment_or_null(vehicle.updated_at)}};
}

json::object vehicle_entry_object(const fleet::HistoryEntry& entry) {
  return {{"number", entry.number},
          {"at", to_rfc3339(entry.at)},
          {"activation_requested_status", flag_or_null(entry.requested)},
          {"activation_status", flag_or_null(entry.status)},
          {"activation_status_message", text_or_null(fleet::to_string(entry.message))},
          {"reason", text_or_null(entry.reason)},
          {"oem_detail", text_or_null(entry.oem_detail)},
          {"oem", text_or_null(entry.oem)},
          {"run", text_or_null(entry.run)}};
}

std::expected<engine::WishedVehicle, Faults> read_wished_vehicle(const json::object& body,
                                                                 std::string pointer) {
  Faults faults;
  Fields fields(body, std::move(pointer), faults);
  engine::WishedVehicle wished;
  const std::string text = fields.text("vin", kNameRule);
  if (const auto vin = Vin::parse(text))
    wished.vin = *vin;
  else if (!text.empty())
    fields.blame("vin", vin.error().detail);
  read_wish(fields, wished.wish);
  fields.refuse_unknown();
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return wished;
}

std::expected<fleet::Wish, Faults> read_wish_change(const json::object& body, fleet::Wish wish) {
  Faults faults;
  Fields fields(body, "", faults);
  read_wish(fields, wish);
  fields.refuse_unknown();
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return wish;
}

json::object summary_object(const fleet::RunSummary& summary) {
  json::object by_oem;
  for (const fleet::Oem oem : fleet::all_oems) {
    const fleet::OemSummary& of_oem = summary.by_oem[static_cast<std::size_t>(oem)];
    json::object reasons;
    for (const auto& [reason, count] : of_oem.reasons) reasons[reason] = count;
    json::object row = counts_of(of_oem.vehicles);
    row["calls"] = of_oem.calls;
    row["reasons"] = std::move(reasons);
    row["trouble"] = text_or_null(of_oem.trouble);
    row["missing"] = text_or_null(of_oem.missing);
    by_oem[fleet::to_string(oem)] = std::move(row);
  }
  std::array<std::uint64_t, fleet::outcome_count> totals{};
  for (std::size_t i = 0; i < fleet::outcome_count; ++i)
    totals[i] = summary.total(static_cast<fleet::Outcome>(i));
  json::object object = counts_of(totals);
  object["vehicles"] = summary.vehicles;
  object["interrupted"] = summary.interrupted;
  object["exit_status"] = summary.exit_status();
  object["by_oem"] = std::move(by_oem);
  return object;
}

json::object plan_object(const fleet::Plan& plan, std::size_t items_max) {
  json::array items;
  for (const fleet::PlanItem& item : plan.items) {
    if (items.size() == items_max) break;
    items.push_back(
        json::object{{"vin", item.vin.str()},
                     {"action", fleet::to_string(item.action)},
                     {"oem", item.oem ? json::value(fleet::to_string(*item.oem)) : json::value(nullptr)},
                     {"why", fleet::to_string(item.why)},
                     {"observed", fleet::to_string(item.observed)}});
  }
  return {{"id", plan.id},
          {"made_at", to_rfc3339(plan.made_at)},
          {"good_until", to_rfc3339(plan.made_at + fleet::kPlanLife)},
          {"as_wanted", plan.as_wanted},
          {"changes", plan.items.size()},
          {"items", std::move(items)}};
}

json::object run_object(const engine::FleetRunView& view) {
  json::object progress;
  for (const fleet::Oem oem : fleet::all_oems) {
    const auto& of_oem = view.progress[static_cast<std::size_t>(oem)];
    if (of_oem.total > 0)
      progress[fleet::to_string(oem)] = json::object{{"done", of_oem.done}, {"total", of_oem.total}};
  }
  json::object object{{"id", view.id},
                      {"kind", engine::to_string(view.kind)},
                      {"state", view.ended_at == Instant() ? "running"
                                : view.error               ? "failed"
                                                           : "ended"},
                      {"begun_at", to_rfc3339(view.begun_at)},
                      {"ended_at", moment_or_null(view.ended_at)},
                      {"progress", std::move(progress)}};
  if (view.summary) object["summary"] = summary_object(*view.summary);
  if (view.error)
    object["error"] =
        json::object{{"kind", contactor::to_string(view.error->kind)}, {"detail", view.error->detail}};
  return object;
}

}  // namespace contactor::api
