// Runs and plans of the fleet.

#include "api/environment.h"
#include "api/fields.h"
#include "api/repeatable.h"
#include "api/vehicle_codec.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr Policy kReaders = Policy::roles({Role::viewer, Role::operator_, Role::technician, Role::admin});
constexpr Policy kOperators = Policy::roles({Role::operator_, Role::admin});
constexpr std::size_t kItemsShown = 1000;

// -- runs and plans ---------------------------------------------------------------------------------------

/// @return  nothing where a name is wrong: that was answered then.
std::optional<std::vector<fleet::Oem>> read_oems(const CallPtr& call, Fields& fields, Faults& faults) {
  std::vector<fleet::Oem> oems;
  for (const auto& name : fields.optional_texts("oems", kNameRule, fleet::oem_count)) {
    if (const auto oem = fleet::parse_oem(name))
      oems.push_back(*oem);
    else
      fields.blame("oems", "each must be one of: tesla, bmw, renault, stellantis, volkswagen, kia, hm");
  }
  fields.refuse_unknown();
  if (faults.empty()) return oems;
  call->refuse(validation_problem(std::move(faults)));
  return std::nullopt;
}

void begin(CallPtr call, engine::FleetRunView::Kind kind, const std::vector<fleet::Oem>& oems) {
  answer_once(call, [call, kind, oems](AnswerOnce answer) mutable {
    const auto id = call->env->fleet->begin(kind, oems);
    if (!id) return call->refuse(id.error());
    answer(202, json::serialize(run_object(*call->env->fleet->find(*id))));
  });
}

void begin_run(CallPtr call) {
  const auto body = Body::parse(call->request.body.empty() ? "{}" : call->request.body);
  if (!body) return call->refuse(body.error());
  Faults faults;
  Fields fields(body->object(), "", faults);
  const bool is_dry = fields.optional_flag("dry_run");
  if (const auto oems = read_oems(call, fields, faults))
    begin(call, is_dry ? engine::FleetRunView::Kind::dry_run : engine::FleetRunView::Kind::run, *oems);
}

void begin_plan(CallPtr call) {
  const auto body = Body::parse(call->request.body.empty() ? "{}" : call->request.body);
  if (!body) return call->refuse(body.error());
  Faults faults;
  Fields fields(body->object(), "", faults);
  if (const auto oems = read_oems(call, fields, faults)) begin(call, engine::FleetRunView::Kind::plan, *oems);
}

std::optional<Millis> read_wait(const Call& call, Faults& faults) {
  const auto text = call.query_value("wait");
  if (!text) return Millis(0);
  const auto wait = parse_duration(*text);
  if (!wait || *wait > std::chrono::seconds(30))
    faults.push_back({"?wait", "must be a duration of at most 30s"});
  return wait;
}

void list_runs(CallPtr call) {
  std::vector<std::string> items;
  for (const auto* const view : call->env->fleet->all()) items.push_back(json::serialize(run_object(*view)));
  call->reply(200, list_json(items, std::nullopt));
}

/// With `?wait=10s` the answer comes when the run has ended, or then.
void show_run(CallPtr call) {
  Faults faults;
  const auto wait = read_wait(*call, faults);
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  call->env->fleet->watch(call->path_value("id"), call->env->time.now() + *wait,
                          [call](const engine::FleetRunView* view) {
                            if (view == nullptr) return call->refuse(no_such_thing());
                            json::object object = run_object(*view);
                            if (view->plan) object["plan"] = plan_object(*view->plan, kItemsShown);
                            call->reply(200, json::serialize(object));
                          });
}

void interrupt_run(CallPtr call) {
  const auto* const view = call->env->fleet->find(call->path_value("id"));
  if (view == nullptr) return call->refuse(no_such_thing());
  call->env->fleet->interrupt(view->id);
  call->reply(202, json::serialize(run_object(*view)));
}

template <class Then>
void find_plan(const CallPtr& call, Then then) {
  call->env->fleet->parts().store.find_plan(
      call->path_value("id"),
      or_refuse<std::optional<ports::StoredPlan>>(
          call, [call, then = std::move(then)](std::optional<ports::StoredPlan> stored) mutable {
            if (!stored) return call->refuse(no_such_thing());
            auto plan = fleet::from_file(stored->document);
            if (!plan) return call->refuse(plan.error());
            then(std::move(*plan), std::move(*stored));
          }));
}

void show_plan(CallPtr call) {
  find_plan(call, [call](const fleet::Plan& plan, const ports::StoredPlan& stored) {
    // All of them stand in the file: a plan may hold a million.
    json::object object = plan_object(plan, kItemsShown);
    object["applied_at"] =
        stored.applied_at ? json::value(to_rfc3339(*stored.applied_at)) : json::value(nullptr);
    object["file"] = stored.document;
    call->reply(200, json::serialize(object));
  });
}

void apply_plan(CallPtr call) {
  const auto body = Body::parse(call->request.body.empty() ? "{}" : call->request.body);
  if (!body) return call->refuse(body.error());
  Faults faults;
  Fields fields(body->object(), "", faults);
  std::optional<fleet::DeactivationLimit> limit;
  if (const auto text = fields.optional_text("max_deactivations", kNameRule)) {
    limit = fleet::parse_limit(*text);
    if (!limit) fields.blame("max_deactivations", "must be a number, or a share like 5%");
  }
  fields.refuse_unknown();
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  find_plan(call, [call, limit](fleet::Plan plan, const ports::StoredPlan&) {
    answer_once(call, [call, limit, plan = std::move(plan)](AnswerOnce answer) mutable {
      const auto id = call->env->fleet->begin_apply(std::move(plan), limit);
      if (!id) return call->refuse(id.error());
      answer(202, json::serialize(run_object(*call->env->fleet->find(*id))));
    });
  });
}

}  // namespace

std::vector<Route> fleet_run_routes() {
  return {
      {.method = "POST",
       .pattern = "/v1/fleet/runs",
       .policy = kOperators,
       .handle = begin_run,
       .summary = "Bring vehicles to what is wanted of them now",
       .tag = "fleet",
       .response_schema = "FleetRun",
       .success = 202,
       .body = BodyRule::optional_json,
       .request_schema = "FleetRunRequest",
       .needs_key = true},
      {.method = "GET",
       .pattern = "/v1/fleet/runs",
       .policy = kReaders,
       .handle = list_runs,
       .summary =
           "Runs and plans that this node has begun, newest first: those under way and the last that ended",
       .tag = "fleet",
       .response_schema = "FleetRunList"},
      {.method = "GET",
       .pattern = "/v1/fleet/runs/{id}",
       .policy = kReaders,
       .handle = show_run,
       .summary = "How far a run of this node is, and what it led to",
       .tag = "fleet",
       .response_schema = "FleetRun",
       .query = {"wait"}},
      {.method = "POST",
       .pattern = "/v1/fleet/runs/{id}/interrupt",
       .policy = kOperators,
       .handle = interrupt_run,
       .summary = "Start nothing new; calls in flight get ten seconds",
       .tag = "fleet",
       .response_schema = "FleetRun",
       .success = 202},
  };
}

std::vector<Route> fleet_plan_routes() {
  return {
      {.method = "POST",
       .pattern = "/v1/fleet/plans",
       .policy = kOperators,
       .handle = begin_plan,
       .summary = "Observe the clouds and plan: what would be done, and why",
       .tag = "fleet",
       .response_schema = "FleetRun",
       .success = 202,
       .body = BodyRule::optional_json,
       .request_schema = "FleetPlanRequest",
       .needs_key = true},
      {.method = "GET",
       .pattern = "/v1/fleet/plans/{id}",
       .policy = kReaders,
       .handle = show_plan,
       .summary = "A plan with its first thousand items, and its file with all of them",
       .tag = "fleet",
       .response_schema = "FleetPlan"},
      {.method = "POST",
       .pattern = "/v1/fleet/plans/{id}/apply",
       .policy = kOperators,
       .handle = apply_plan,
       .summary = "Apply a plan, unless what was observed has changed",
       .tag = "fleet",
       .response_schema = "FleetRun",
       .success = 202,
       .body = BodyRule::optional_json,
       .request_schema = "FleetApplyRequest",
       .needs_key = true},
  };
}

}  // namespace contactor::api
