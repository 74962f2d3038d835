// What is done to clients and their subscriptions beside editing their rows: tokens and secrets are replaced,
// what was sent is sent again, sending rests and goes on.

#include "api/environment.h"
#include "api/fields.h"
#include "json/json.h"

namespace contactor::api {
namespace {

using charging::IdOf;

constexpr Policy kReaders = Policy::roles({Role::viewer, Role::operator_, Role::technician, Role::admin});
constexpr Policy kOperators = Policy::roles({Role::operator_, Role::admin});
constexpr Policy kAdmins = Policy::roles({Role::admin});
constexpr std::size_t kAttemptsShown = 50;

/// Null where this process has no key: nothing of clients can be kept then.
engine::ClientDesk* desk_of(const CallPtr& call) {
  if (call->env->clients == nullptr)
    call->refuse(Error{
        .kind = ErrorKind::conflict,
        .applied = Applied::no,
        .retry_after = {},
        .origin = "charging",
        .detail = "secrets of clients cannot be kept: CONTACTOR_KEY_FILE names no key that can be read; "
                  "contactor serve makes one"});
  return call->env->clients;
}

void add_moment(json::object& out, std::string_view name, const std::optional<Instant>& at) {
  out[name] = at ? json::value(to_rfc3339(*at)) : json::value(nullptr);
}

void rotate_token(CallPtr call) {
  auto* desk = desk_of(call);
  if (desk == nullptr) return;
  desk->issue_token(IdOf<charging::Client>(call->path_value("id")),
                    or_refuse<engine::IssuedToken>(call, [call](const engine::IssuedToken& issued) {
                      call->env->gate.forget();
                      json::object out{{"token", issued.text}, {"id", contactor::to_string(issued.id)}};
                      add_moment(out, "previous_until", issued.previous_until);
                      call->reply(200, json::serialize(out), {{"Cache-Control", "no-store"}});
                    }));
}

void rotate_secret(CallPtr call) {
  auto* desk = desk_of(call);
  if (desk == nullptr) return;
  desk->rotate_secret(IdOf<charging::ClientService>(call->path_value("id")),
                      or_refuse<engine::IssuedSecret>(call, [call](const engine::IssuedSecret& issued) {
                        json::object out{{"signing_secret", issued.secret.reveal()}};
                        add_moment(out, "previous_until", issued.previous_until);
                        call->reply(200, json::serialize(out), {{"Cache-Control", "no-store"}});
                      }));
}

ports::Done<Status> said_to(const CallPtr& call, std::string_view state) {
  return [call, state](const Status& done) {
    if (!done) return call->refuse(done.error());
    call->reply(200, json::serialize(json::object{{"id", call->path_value("id")}, {"state", state}}));
  };
}

void pause(CallPtr call) {
  if (auto* desk = desk_of(call))
    desk->pause(IdOf<charging::ClientService>(call->path_value("id")), said_to(call, "paused"));
}

void resume(CallPtr call) {
  if (auto* desk = desk_of(call))
    desk->resume(IdOf<charging::ClientService>(call->path_value("id")), said_to(call, "active"));
}

std::optional<Instant> moment(Fields& fields, std::string_view name) {
  const auto text = fields.optional_text(name, kNameRule);
  if (!text) return std::nullopt;
  const auto at = parse_rfc3339(*text);
  if (!at) fields.blame(name, "must be a moment as in RFC 3339");
  return at;
}

/// `{"since"?, "until"?, "all"?}`: what is missing, or everything.
void replay(CallPtr call) {
  auto* desk = desk_of(call);
  if (desk == nullptr) return;
  const auto body = Body::parse(call->request.body.empty() ? "{}" : std::string_view(call->request.body));
  if (!body) return call->refuse(body.error());
  Faults faults;
  Fields fields(body->object(), "", faults);
  ports::DeliveryReplay what;
  what.client_service_id = IdOf<charging::ClientService>(call->path_value("id"));
  what.since = moment(fields, "since");
  what.until = moment(fields, "until");
  what.only_missing = !fields.optional_flag("all");
  fields.refuse_unknown();
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  desk->replay(std::move(what), or_refuse<std::size_t>(call, [call](std::size_t moved) {
                 call->reply(200, json::serialize(json::object{{"replayed", moved}}));
               }));
}

void show_attempts(CallPtr call) {
  auto* desk = desk_of(call);
  if (desk == nullptr) return;
  using Attempts = std::vector<ports::DeliveryAttempt>;
  desk->attempts(IdOf<charging::EventLog>(call->path_value("id")), kAttemptsShown,
                 or_refuse<Attempts>(call, [call](const Attempts& attempts) {
                   json::object out;
                   auto& items = out["items"].emplace_array();
                   for (const auto& attempt : attempts) {
                     json::object row{{"number", attempt.number},
                                      {"at", to_rfc3339(attempt.at)},
                                      {"duration_ms", attempt.duration.count()},
                                      {"outcome", attempt.outcome},
                                      {"error", attempt.error}};
                     row["status_code"] =
                         attempt.status_code ? json::value(*attempt.status_code) : json::value(nullptr);
                     items.push_back(std::move(row));
                   }
                   call->reply(200, json::serialize(out));
                 }));
}

/// One page of the walk; who asks walks on until there is no cursor.
void rekey(CallPtr call) {
  if (!call->env->rekey) return static_cast<void>(desk_of(call));
  call->env->rekey(call->query_value("cursor").value_or(""),
                   or_refuse<engine::Rekeyed>(call, [call](const engine::Rekeyed& page) {
                     json::object out{{"resealed", page.resealed}, {"current", page.current}};
                     auto& unreadable = out["unreadable"].emplace_array();
                     for (const auto& name : page.unreadable) unreadable.emplace_back(name);
                     auto& overtaken = out["overtaken"].emplace_array();
                     for (const auto& name : page.overtaken) overtaken.emplace_back(name);
                     out["next_cursor"] = page.next.empty() ? json::value(nullptr) : json::value(page.next);
                     call->reply(200, json::serialize(out));
                   }));
}

}  // namespace

std::vector<Route> client_desk_routes() {
  return {
      {.method = "POST",
       .pattern = "/v1/charging/clients/{id}/rotate-token",
       .policy = kAdmins,
       .handle = rotate_token,
       .summary = "A new token of a client, shown once; the one before is valid for another day",
       .tag = "charging",
       .response_schema = "IssuedToken"},
      {.method = "POST",
       .pattern = "/v1/charging/client-services/{id}/rotate-secret",
       .policy = kOperators,
       .handle = rotate_secret,
       .summary = "A new signing secret, shown once; for a day messages are signed with both",
       .tag = "charging",
       .response_schema = "IssuedSecret"},
      {.method = "POST",
       .pattern = "/v1/charging/client-services/{id}/pause",
       .policy = kOperators,
       .handle = pause,
       .summary = "Sending rests; what comes is kept",
       .tag = "charging",
       .response_schema = "SubscriptionState"},
      {.method = "POST",
       .pattern = "/v1/charging/client-services/{id}/resume",
       .policy = kOperators,
       .handle = resume,
       .summary = "Sending goes on, also to an endpoint that was disabled",
       .tag = "charging",
       .response_schema = "SubscriptionState"},
      {.method = "POST",
       .pattern = "/v1/charging/client-services/{id}/replay",
       .policy = kOperators,
       .handle = replay,
       .summary = "Send again what is missing since a moment, or everything",
       .tag = "charging",
       .response_schema = "Replayed",
       .body = BodyRule::optional_json,
       .request_schema = "ReplayRequest"},
      {.method = "GET",
       .pattern = "/v1/charging/event-log/{id}/attempts",
       .policy = kReaders,
       .handle = show_attempts,
       .summary = "The attempts of a delivery, the newest first",
       .tag = "charging",
       .response_schema = "DeliveryAttemptList"},
  };
}

std::vector<Route> client_desk_local_routes() {
  return {
      {.method = "POST",
       .pattern = "/local/rekey",
       .policy = kAdmins,
       .handle = rekey,
       .summary = "Seal again what the previous key has sealed, page by page",
       .tag = "local",
       .response_schema = {},
       .query = {"cursor"}},
  };
}

}  // namespace contactor::api
