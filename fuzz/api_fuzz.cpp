// One request against the whole API, on the real engine and a store in memory: method and target in the first
// line, headers, an empty line, the body. The header `Authorization: role` stands for a token of that role.

#include "api/fixture.h"
#include "fuzz/input.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"};

Ask read_ask(const Fixture& fixture, fuzz::Input& input) {
  const auto line = input.line();
  const auto blank = std::min(line.find(' '), line.size());
  Ask ask{.method = std::string(line.substr(0, blank)),
          .target = std::string(line.substr(std::min(blank + 1, line.size())))};
  // The server lets no other method and no other target through.
  if (std::ranges::find(kMethods, ask.method) == std::end(kMethods)) ask.method = "GET";
  if (!ask.target.starts_with('/')) ask.target.insert(0, "/");
  for (auto header = input.line(); !header.empty(); header = input.line()) {
    const auto colon = header.find(": ");
    if (colon == std::string_view::npos) continue;
    const auto name = header.substr(0, colon);
    const auto value = header.substr(colon + 2);
    const auto role = parse_role(value);
    if (name == "Authorization")
      ask.authorization = role ? fixture.bearer(*role) : std::string(value);
    else
      ask.headers.push_back({std::string(name), std::string(value)});
  }
  ask.body = input.rest();
  return ask;
}

void check_headers(const Response& response) {
  for (const auto& [name, value] : response.headers)
    CTR_ASSERT(fuzz::is_one_line(name) && fuzz::is_one_line(value));
  CTR_ASSERT(!header(response, "X-Request-Id").empty());
}

void check_answer(const Ask& ask, const Response& response) {
  CTR_ASSERT(response.status >= 200 && response.status < 500);
  check_headers(response);
  CTR_ASSERT(fuzz::is_utf8(response.body));
  const auto type = header(response, "Content-Type");
  if (response.status >= 400) CTR_ASSERT(type == "application/problem+json");
  if (!type.contains("json") || ask.method == "HEAD") return;
  const auto document = json::parse(response.body, {.bytes = 1 << 24, .depth = 64});
  CTR_ASSERT(document && document->is_object());
}

/// What was accepted is shown, listed and explained without harm, to everybody who may look.
void check_consequences(Fixture& fixture, const Ask& ask, const Response& created) {
  fixture.pass(std::chrono::minutes(5));
  for (const auto role : {Role::admin, Role::viewer})
    for (const auto* target : {"/v1/ota/activations", "/v1/support/tickets"})
      check_answer({}, fixture.get(target, role));
  if (!ask.target.starts_with("/v1/ota/activations")) return;
  for (const std::string_view more : {"", "/history"})
    check_answer({}, fixture.get("/v1/ota/activations/" + id_of(created) + std::string(more), Role::viewer));
  check_answer({}, fixture.get("/v1/explain/" + id_of(created), Role::admin));
}

}  // namespace
}  // namespace contactor::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace api = contactor::api;
  // Building one takes long, so it serves until a request has changed something.
  static std::unique_ptr<api::Fixture> fixture;
  if (!fixture) fixture = std::make_unique<api::Fixture>();
  contactor::fuzz::Input input(data, size);
  const auto ask = api::read_ask(*fixture, input);
  const auto response = fixture->send(ask);
  api::check_answer(ask, response);
  if (ask.method == "GET" || ask.method == "HEAD" || response.status >= 300) return 0;
  if (response.status == 201) api::check_consequences(*fixture, ask, response);
  fixture.reset();
  return 0;
}
