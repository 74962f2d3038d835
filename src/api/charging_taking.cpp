#include "api/charging_taking.h"

#include <charconv>

#include <fmt/format.h>

#include "api/charging_body.h"
#include "api/charging_records.h"
#include "api/environment.h"
#include "api/fields.h"
#include "api/repeatable.h"
#include "charging/rules.h"
#include "json/json.h"

namespace contactor::api {
namespace {

using charging::ChargingEvent;
using charging::ChargingStat;
using engine::TakenRecord;

std::vector<ChargingStat>& records_of(engine::ChargingDelivery& delivery, const ChargingStat*) {
  return delivery.stats;
}
std::vector<ChargingEvent>& records_of(engine::ChargingDelivery& delivery, const ChargingEvent*) {
  return delivery.events;
}
const std::vector<TakenRecord>& taken_of(const engine::TakenDelivery& taken, const ChargingStat*) {
  return taken.stats;
}
const std::vector<TakenRecord>& taken_of(const engine::TakenDelivery& taken, const ChargingEvent*) {
  return taken.events;
}
Instant moment_of(const ChargingStat& stat) { return stat.measured_at; }
Instant moment_of(const ChargingEvent& event) { return event.started_at; }

struct RefusedRecord {
  std::size_t place = 0;
  Faults faults;
};

/// What a body brought.
template <class Model>
struct Brought {
  RecordForm form = RecordForm::one;
  engine::ChargingDelivery delivery;
  std::vector<std::size_t> places;  ///< of the delivery's records
  std::vector<RefusedRecord> refused;
  bool wants_all = true;

  std::vector<Model>& records() { return records_of(delivery, static_cast<const Model*>(nullptr)); }

  void take(std::size_t place, const json::object* record, std::string why) {
    if (record == nullptr) return refused.push_back({place, {{"", std::move(why)}}});
    auto decoded = charging_json::decode<Model>(*record, charging_json::Speaker::anyone);
    if (!decoded.good()) return refused.push_back({place, to_faults(decoded.faults, "")});
    if (auto refusal = engine::refusal_of(decoded.model))
      return refused.push_back({place, {{"", std::move(*refusal)}}});
    places.push_back(place);
    records().push_back(std::move(decoded.model));
  }
};

// -- the job ----------------------------------------------------------------------------------------------

std::optional<Instant> read_moment(const Call& call, std::string_view name, Faults& faults) {
  const auto text = call.query_value(name);
  if (!text) return std::nullopt;
  const auto at = parse_rfc3339(*text);
  if (!at) faults.push_back({fmt::format("?{}", name), "must be a moment like 2026-11-21T06:38:14Z"});
  return at;
}

/// The mark of the job that brings the records, if one is named. Without a high-water mark of its own it is
/// the newest moment that the records tell, and never one that has not come yet.
template <class Model>
std::optional<charging::LastRunTime> read_run(const Call& call, const std::vector<Model>& records,
                                              Faults& faults) {
  const auto job = call.query_value("job_name");
  if (!job) {
    for (const std::string_view name :
         {"credential_id", "last_run_at", "finished_at", "high_water_at", "overlap_seconds"})
      if (call.query_value(name)) faults.push_back({fmt::format("?{}", name), "needs a job_name"});
    return std::nullopt;
  }
  if (const auto why = why_not(*job, {.min = 1, .max = 255})) faults.push_back({"?job_name", *why});
  const Instant now = call.env->time.now();
  charging::LastRunTime run{.job_name = *job, .last_run_at = now};
  if (auto credential = call.query_value("credential_id")) {
    if (const auto why = why_not(*credential, {.max = 64, .kind = TextRule::Kind::visible_ascii}))
      faults.push_back({"?credential_id", *why});
    run.credential_id = charging::IdOf<charging::Credential>(std::move(*credential));
  }
  if (const auto begun = read_moment(call, "last_run_at", faults)) run.last_run_at = *begun;
  run.finished_at = read_moment(call, "finished_at", faults);
  run.high_water_at = read_moment(call, "high_water_at", faults);
  if (!run.high_water_at)
    for (const Model& record : records)
      if (moment_of(record) <= now)
        run.high_water_at = std::max(run.high_water_at.value_or(Instant()), moment_of(record));
  if (const auto text = call.query_value("overlap_seconds")) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
    if (error != std::errc() || end != text->data() + text->size() || seconds < 0 || seconds > 31'536'000)
      faults.push_back({"?overlap_seconds", "must be a whole number of seconds, at most a year"});
    run.overlap = charging::Seconds(seconds);
  }
  return run;
}

// -- the answer -------------------------------------------------------------------------------------------

json::array faults_array(const Faults& faults) {
  json::array out;
  for (const auto& fault : faults)
    out.push_back(json::object{{"pointer", fault.pointer}, {"detail", fault.detail}});
  return out;
}

std::string_view place_name(RecordForm form) { return form == RecordForm::lines ? "line" : "element"; }

/// Counts, what became of the sessions, and the records in the order in which they came.
template <class Model>
json::object outcome_object(const Brought<Model>& brought, const engine::TakenDelivery& taken) {
  const auto& records = taken_of(taken, static_cast<const Model*>(nullptr));
  std::array<std::size_t, 4> counts{};
  std::vector<std::pair<std::size_t, json::object>> results;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const TakenRecord& record = records[i];
    counts[static_cast<std::size_t>(record.kind)] += 1;
    const bool is_plain = record.kind != TakenRecord::Kind::quarantined;
    if (is_plain && !brought.wants_all) continue;
    json::object result{{place_name(brought.form), brought.places[i]},
                        {"outcome", engine::to_string(record.kind)},
                        {"id", record.id}};
    if (!is_plain) result["why"] = record.why;
    results.emplace_back(brought.places[i], std::move(result));
  }
  for (const RefusedRecord& refused : brought.refused)
    results.emplace_back(refused.place, json::object{{place_name(brought.form), refused.place},
                                                     {"outcome", "refused"},
                                                     {"errors", faults_array(refused.faults)}});
  std::ranges::sort(results, {}, [](const auto& result) { return result.first; });
  json::array list;
  for (auto& [place, result] : results) list.push_back(std::move(result));
  json::object out;
  for (const auto kind : {TakenRecord::Kind::created, TakenRecord::Kind::updated,
                          TakenRecord::Kind::unchanged, TakenRecord::Kind::quarantined})
    out[engine::to_string(kind)] = counts[static_cast<std::size_t>(kind)];
  out["refused"] = brought.refused.size();
  out["sessions"] = json::object{{"created", taken.sessions_created},
                                 {"updated", taken.sessions_updated},
                                 {"withdrawn", taken.sessions_withdrawn}};
  out["results"] = std::move(list);
  return out;
}

using Answer = std::move_only_function<void(int, std::string)>;

/// The record as it is stored now.
template <class Model>
void answer_with_record(const CallPtr& call, int status, const std::string& id, Answer answer) {
  charging_store(*call).of<Model>().find(
      {charging::IdOf<Model>(id)},
      or_refuse<std::vector<Model>>(
          call, [call, status, answer = std::move(answer)](const std::vector<Model>& found) mutable {
            if (found.empty()) return call->refuse(no_such_thing());
            answer(status, seen_record(*call, found.front()));
          }));
}

template <class Model>
void take_and_answer(const CallPtr& call, Brought<Model> brought, Answer answer) {
  engine::ChargingDelivery delivery = std::exchange(brought.delivery, {});
  call->env->charging->take(
      std::move(delivery),
      or_refuse<engine::TakenDelivery>(call, [call, brought = std::move(brought), answer = std::move(answer)](
                                                 const engine::TakenDelivery& taken) mutable {
        const auto& records = taken_of(taken, static_cast<const Model*>(nullptr));
        const bool is_new = std::ranges::any_of(records, &TakenRecord::is_new);
        const int status = is_new ? 201 : 200;
        if (brought.form == RecordForm::one)
          return answer_with_record<Model>(call, status, records.front().id, std::move(answer));
        answer(status, json::serialize(outcome_object(brought, taken)));
      }));
}

}  // namespace

std::vector<std::string_view> taking_query() {
  return {"results",     "job_name",      "credential_id",  "last_run_at",
          "finished_at", "high_water_at", "overlap_seconds"};
}

template <class Model>
void take_records(CallPtr call) {
  Brought<Model> brought;
  const auto form = read_records(call->request.body, is_ndjson(call->request.header("content-type")),
                                 [&](std::size_t place, const json::object* record, std::string why) {
                                   brought.take(place, record, std::move(why));
                                 });
  if (!form) return call->refuse(form.error());
  brought.form = *form;
  Faults faults;
  if (*form == RecordForm::one && !brought.refused.empty())
    faults = std::move(brought.refused.front().faults);
  if (const auto results = call->query_value("results")) {
    brought.wants_all = *results == "all";
    if (*results != "all" && *results != "problems")
      faults.push_back({"?results", "must be all or problems"});
  }
  brought.delivery.run = read_run(*call, brought.records(), faults);
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  // The ids of records say what is a repetition: a key is welcome, and not needed.
  if (call->request.header("idempotency-key").empty())
    return take_and_answer(call, std::move(brought),
                           [call](int status, std::string body) { call->reply(status, std::move(body)); });
  answer_once(call, [call, brought = std::move(brought)](AnswerOnce answer) mutable {
    take_and_answer(call, std::move(brought), std::move(answer));
  });
}

namespace {

void forget_what_was_computed(ChargingStat&, const json::object&) {}

/// What the rules say of an event, they say anew of the corrected one.
void forget_what_was_computed(ChargingEvent& event, const json::object& body) {
  using charging::Flag;
  if (!body.contains("quality")) {
    charging::Quality kept;
    for (int i = 0; i < charging::kFlags; ++i) {
      const Flag flag = static_cast<Flag>(i);
      const bool is_computed = flag == Flag::energy_mismatch || flag == Flag::counter_reset ||
                               flag == Flag::negative_energy || flag == Flag::end_before_start ||
                               flag == Flag::energy_missing;
      if (event.quality.has(flag) && !is_computed) kept.add(flag);
    }
    event.quality = kept;
  }
  event.quarantined = false;
  const bool moved = body.contains("ended_at") && !body.contains("duration_seconds");
  if (moved) event.duration.reset();
}

}  // namespace

template <class Model>
void correct_record(CallPtr call) {
  const auto body = Body::parse(call->request.body);
  if (!body) return call->refuse(body.error());
  find_record<Model>(call, [call, body = *body](Model stored) {
    const auto id = stored.id;
    auto changed = charging_json::change(std::move(stored), body.object(), charging_json::Speaker::anyone);
    if (!changed.good()) return call->refuse(validation_problem(to_faults(changed.faults, "")));
    forget_what_was_computed(changed.model, body.object());
    if (auto refusal = engine::refusal_of(changed.model))
      return call->refuse(validation_problem({{"", std::move(*refusal)}}));
    if (charging::settled(changed.model).id != id)
      return call->refuse(validation_problem(
          {{"", "names another record: provider, device, VIN and moment are what its id is made of"}}));
    Brought<Model> brought;
    brought.places = {1};
    brought.records().push_back(std::move(changed.model));
    take_and_answer(call, std::move(brought),
                    [call](int, std::string text) { call->reply(200, std::move(text)); });
  });
}

template void take_records<ChargingStat>(CallPtr);
template void take_records<ChargingEvent>(CallPtr);
template void correct_record<ChargingStat>(CallPtr);
template void correct_record<ChargingEvent>(CallPtr);

}  // namespace contactor::api
