// The process itself: health, metrics, the route table, the event stream, the console.

#include "api/environment.h"
#include "api/openapi.h"

namespace contactor::api {
namespace {

constexpr Policy kAll =
    Policy::roles({Role::viewer, Role::operator_, Role::technician, Role::admin, Role::service});
// The console loads nothing from elsewhere and is shown in nobody's frame.
constexpr std::string_view kContentSecurity =
    "default-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

void show_health(CallPtr call) { call->reply(200, "{\"status\":\"up\"}"); }

void show_readiness(CallPtr call) {
  call->env->store.services(or_refuse<std::vector<ports::Service>>(
      call, [call](const std::vector<ports::Service>&) { call->reply(200, "{\"status\":\"ready\"}"); }));
}

void show_metrics(CallPtr call) {
  const Environment& env = *call->env;
  call->reply(
      Response{.status = 200,
               .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                           {"Cache-Control", "no-store"}},
               .body = env.metrics.render(env.engine.counters(), env.events->count(), env.version,
                                          env.deliverer != nullptr ? &env.deliverer->counters() : nullptr)});
}

void show_openapi(CallPtr call) { call->reply(200, openapi_json(route_table(), call->env->version)); }

/// Only reached where the server does not stream, as for HEAD.
void show_stream_head(CallPtr call) {
  call->reply(Response{.status = 200,
                       .headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}},
                       .body = {}});
}

bool takes_gzip(const Call& call) { return call.request.header("accept-encoding").contains("gzip"); }

void send_asset(const CallPtr& call, std::string_view path, std::string_view caching) {
  const auto asset = call->env->find_asset ? call->env->find_asset(path) : std::nullopt;
  if (!asset) return call->refuse(no_such_thing("There is no such file in the console."));
  const bool compressed = !asset->gzip.empty() && takes_gzip(*call);
  Response response{
      .status = 200, .headers = {}, .body = std::string(compressed ? asset->gzip : asset->bytes)};
  for (const auto& [name, value] :
       {std::pair<std::string_view, std::string_view>{"Content-Type", asset->content_type},
        {"Cache-Control", caching},
        {"Content-Security-Policy", kContentSecurity},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Vary", "Accept-Encoding"}})
    response.headers.push_back({std::string(name), std::string(value)});
  if (compressed) response.headers.push_back({"Content-Encoding", "gzip"});
  call->reply(std::move(response));
}

void show_console(CallPtr call) { send_asset(call, "/", "no-cache"); }

void show_asset(CallPtr call) {
  const std::string_view target = call->request.target;
  // The build puts a hash of the content into the name of every asset.
  send_asset(call, target.substr(0, target.find('?')), "public, max-age=31536000, immutable");
}

}  // namespace

std::vector<Route> system_routes() {
  return {
      {.method = "GET",
       .pattern = "/v1/events/stream",
       .policy = kAll,
       .handle = show_stream_head,
       .summary = "Server-sent events of every state change that the token may see",
       .tag = "events",
       .response_schema = {},
       .produces = "text/event-stream"},
      {.method = "GET",
       .pattern = "/healthz",
       .policy = Policy::open("probes have no token"),
       .handle = show_health,
       .summary = "The process is up",
       .tag = "system",
       .response_schema = "Health"},
      {.method = "GET",
       .pattern = "/readyz",
       .policy = Policy::open("probes have no token"),
       .handle = show_readiness,
       .summary = "The store answers",
       .tag = "system",
       .response_schema = "Health"},
      {.method = "GET",
       .pattern = "/metrics",
       .policy = Policy::open("Prometheus has no token; nothing personal is in it"),
       .handle = show_metrics,
       .summary = "Counters in the Prometheus text format",
       .tag = "system",
       .response_schema = {},
       .produces = "text/plain"},
      {.method = "GET",
       .pattern = "/openapi.json",
       .policy = Policy::open("the contract is public"),
       .handle = show_openapi,
       .summary = "This document",
       .tag = "system",
       .response_schema = "OpenApi"},
      {.method = "GET",
       .pattern = "/",
       .policy = Policy::open("the console's files hold no data"),
       .handle = show_console,
       .summary = "The console",
       .tag = "console",
       .response_schema = {},
       .produces = "*/*"},
      {.method = "GET",
       .pattern = "/assets/*",
       .policy = Policy::open("the console's files hold no data"),
       .handle = show_asset,
       .summary = "The console's files",
       .tag = "console",
       .response_schema = {},
       .produces = "*/*"},
  };
}

}  // namespace contactor::api
