#include "api/api.h"

#include "api/call.h"
#include "api/charging_body.h"
#include "api/environment.h"
#include "api/letters.h"

namespace contactor::api {
namespace {

constexpr Millis kCatalogueMaxAge = std::chrono::seconds(1);
constexpr std::string_view kStreamPath = "/v1/events/stream";

std::pair<std::string_view, std::string_view> split_target(std::string_view target) {
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

/// Compares media types without their parameters, any case.
bool is_media_type(std::string_view header, std::string_view type) {
  header = header.substr(0, header.find(';'));
  while (header.ends_with(' ') || header.ends_with('\t')) header.remove_suffix(1);
  while (header.starts_with(' ') || header.starts_with('\t')) header.remove_prefix(1);
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(header, type, {}, lower, lower);
}

bool accepts(std::string_view accept, std::string_view produces) {
  if (accept.empty()) return true;
  const std::string range = std::string(produces.substr(0, produces.find('/'))) + "/*";
  while (!accept.empty()) {
    const auto comma = accept.find(',');
    const std::string_view one = accept.substr(0, comma);
    if (is_media_type(one, produces) || is_media_type(one, range) || is_media_type(one, "*/*")) return true;
    if (comma == std::string_view::npos) break;
    accept.remove_prefix(comma + 1);
  }
  return false;
}

std::optional<Problem> body_fault(const Call& call) {
  const Route& route = *call.route;
  if (call.request.body_too_large || call.request.body.size() > route.body_bytes_max) return body_too_large();
  const bool must_be_json =
      route.body == BodyRule::json || (route.body == BodyRule::optional_json && !call.request.body.empty());
  const std::string_view type = call.request.header("content-type");
  const bool is_json = is_media_type(type, "application/json");
  if (must_be_json && !is_json) return unsupported_media_type();
  if (route.body == BodyRule::records && !is_json && !is_ndjson(type)) return unsupported_media_type();
  return std::nullopt;
}

std::optional<Problem> key_fault(const Call& call) {
  if (!call.route->needs_key) return std::nullopt;
  const std::string_view key = call.request.header("idempotency-key");
  if (key.empty()) return key_missing();
  const bool is_usable =
      key.size() <= 255 && std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; });
  return is_usable ? std::nullopt : std::optional(key_invalid());
}

std::optional<Problem> query_fault(Call& call, std::string_view query) {
  if (call.route->policy.is_open()) return std::nullopt;  // The console's own links may carry anything.
  auto values = read_query(query);
  if (!values) return validation_problem(Faults{Fault{"?", "the query cannot be decoded"}});
  Faults faults;
  for (std::size_t i = 0; i < values->size(); ++i) {
    const std::string& name = (*values)[i].first;
    const auto is_same = [&](const auto& other) { return other.first == name; };
    // What is named here may be any bytes: only names of ours are repeated.
    if (std::ranges::find(call.route->query, name) == call.route->query.end())
      faults.push_back({"?", "a query parameter is not known here"});
    else if (std::ranges::count_if(*values, is_same) > 1)
      faults.push_back({"?" + name, "must be given once"});
  }
  if (!faults.empty()) return validation_problem(std::move(faults));
  call.query = std::move(*values);
  return std::nullopt;
}

/// Everything that can be said before a route's own code runs, cheapest first.
std::optional<Problem> form_fault(Call& call) {
  const std::string_view query = split_target(call.request.target).second;
  if (auto fault = body_fault(call)) return fault;
  if (!accepts(call.request.header("accept"), call.route->produces) && call.route->produces != "*/*")
    return not_acceptable(call.route->produces);
  if (auto fault = query_fault(call, query)) return fault;
  return key_fault(call);
}

void run(const CallPtr& call) {
  if (auto fault = form_fault(*call)) return call->refuse(*fault);
  call->route->handle(call);
}

/// Finds the route and who asks, then goes on with `then`; every refusal is answered here.
void admit(const CallPtr& call, std::move_only_function<void(CallPtr)> then) {
  const std::string_view path = split_target(call->request.target).first;
  const auto local_user = call->request.local_user;
  Match match = find_route(call->request.method, path, local_user.has_value());
  if (match.allowed.empty()) return call->refuse(no_such_route());
  if (match.route == nullptr) return call->refuse(method_not_allowed(match.allowed));
  call->route = match.route;
  call->path_values = std::move(match.path_values);
  if (call->route->policy.is_open()) return then(call);
  auto enter = [call, then = std::move(then)](std::expected<Principal, Problem> known) mutable {
    if (!known) return call->refuse(known.error());
    if (!call->route->policy.allows(known->role)) return call->refuse(forbidden(to_string(known->role)));
    call->who = std::move(*known);
    then(call);
  };
  const std::string_view header = call->request.header("authorization");
  if (local_user && header.empty()) return enter(local_principal(*local_user));
  call->env->gate.admit(header, std::move(enter));
}

/// What another node could not answer: who asks was found out there, what they may is looked at here as well.
void answer_letter(const std::shared_ptr<Environment>& env, ports::Letter letter) {
  auto forwarded = read_request_letter(letter.request);
  auto respond = [env, id = letter.id](const Response& response) {
    env->nodes->answer({.id = id, .request = {}, .reply = write_letter(response)}, [](const Status&) {
      // Whoever waits gives up in time, and repeats.
    });
  };
  if (!forwarded) return respond(to_response(to_problem(forwarded.error()), {}));
  const auto call = std::make_shared<Call>(env, std::move(forwarded->request), std::move(respond));
  call->is_forwarded = true;
  Match match = find_route(call->request.method, split_target(call->request.target).first);
  if (match.route == nullptr) return call->refuse(no_such_route());
  call->route = match.route;
  call->path_values = std::move(match.path_values);
  call->who = std::move(forwarded->who);
  if (!call->route->policy.is_open() && !(call->who && call->route->policy.allows(call->who->role)))
    return call->refuse(forbidden(call->who ? to_string(call->who->role) : "nobody"));
  run(call);
}

/// A refusal where a stream was asked for: a whole answer, sent through the stream's opening.
Respond respond_through(std::shared_ptr<StartStream> start) {
  return [start](Response response) {
    std::string body = std::exchange(response.body, {});
    if (const auto stream = (*start)(std::move(response))) {
      stream->write(body);
      stream->close();
    }
  };
}

void begin_stream(const CallPtr& call, const std::shared_ptr<StartStream>& start) {
  if (auto fault = form_fault(*call)) return call->refuse(*fault);
  if (call->env->events->is_full())
    return call->refuse(Error{.kind = ErrorKind::exhausted, .origin = "api", .detail = "too many streams"});
  EventStream::Visitor visitor{
      .principal = call->principal(),
      .authorization = std::string(call->request.header("authorization")),
      .last_event_id = std::string(call->request.header("last-event-id").substr(0, 64))};
  call->env->metrics.record(call->route, 200, call->env->time.now() - call->received_at);
  call->hand_over();
  auto stream = (*start)(Response{.status = 200,
                                  .headers = {{"Content-Type", "text/event-stream"},
                                              {"Cache-Control", "no-store"},
                                              {"X-Accel-Buffering", "no"},
                                              {"X-Content-Type-Options", "nosniff"},
                                              {"X-Request-Id", call->request_id}},
                                  .body = {}});
  if (stream) call->env->events->open(std::move(visitor), stream);
}

}  // namespace

Environment::Environment(ApiParams params)
    : ApiParams(std::move(params)),
      gate(store, time),
      census(store, time),
      catalogue(std::make_shared<Refreshed<Catalogue>>(
          time, kCatalogueMaxAge,
          [this](ports::Done<Result<Catalogue>> done) {
            store.services([done = std::move(done)](Result<std::vector<ports::Service>> services) mutable {
              if (!services) return done(std::unexpected(std::move(services.error())));
              Catalogue read;
              for (auto& service : *services) {
                const ServiceId id = service.id;
                read.insert_or_assign(id, std::move(service));
              }
              done(std::move(read));
            });
          })),
      events(std::make_shared<EventStream>(gate, time, entropy.next())) {}

Api::Api(ApiParams params) : env_(std::make_shared<Environment>(std::move(params))) {
  env_->engine.listen([events = std::weak_ptr(env_->events)](const ota::Activation& activation,
                                                             const ota::HistoryEntry& entry) {
    if (const auto alive = events.lock()) alive->publish(activation, entry);
  });
  if (env_->nodes == nullptr) return;
  env_->nodes->receive([env = std::weak_ptr(env_)](ports::Letter letter) {
    if (const auto alive = env.lock()) answer_letter(alive, std::move(letter));
  });
}

Api::~Api() { env_->is_closed = true; }

void Api::handle(Request request, Respond respond) {
  admit(std::make_shared<Call>(env_, std::move(request), std::move(respond)),
        [](const CallPtr& call) { run(call); });
}

bool Api::open_stream(const Request& request, StartStream start) {
  if (request.method != "GET" || split_target(request.target).first != kStreamPath) return false;
  auto shared = std::make_shared<StartStream>(std::move(start));
  admit(std::make_shared<Call>(env_, request, respond_through(shared)),
        [shared](const CallPtr& call) { begin_stream(call, shared); });
  return true;
}

}  // namespace contactor::api
