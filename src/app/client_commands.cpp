// Clients, services and subscriptions from the terminal: requests to the API, as all commands are.

#include <fmt/format.h>

#include "app/ask.h"
#include "app/charging_words.h"
#include "app/commands.h"
#include "app/store_session.h"
#include "json/json.h"
#include "ports/url_encoding.h"

namespace contactor::app {
namespace {

constexpr std::string_view kClients = "/v1/charging/clients";
constexpr std::string_view kServices = "/v1/charging/services";
constexpr std::string_view kLinks = "/v1/charging/client-services";

int say(const json::object& document, bool as_json, const std::string& words) {
  if (as_json)
    print_document(document);
  else
    fmt::print("{}\n", words);
  return 0;
}

void add_if_said(json::object& into, std::string_view name, const std::string& value) {
  if (!value.empty()) into[name] = value;
}

// -- clients ----------------------------------------------------------------------------------------------

Result<int> rotate_client(StoreSession& session, const std::string& id, json::object shown, bool as_json) {
  CTR_TRY(issued, ask_document(session, post(one_of(kClients, id) + "/rotate-token")));
  for (auto& member : issued)
    shown[member.key() == "id" ? "token_id" : std::string_view(member.key())] = std::move(member.value());
  shown["id"] = id;
  return say(shown, as_json,
             fmt::format("{}\nof {}; it is shown only this once", text_at(shown, "token"), id));
}

Result<int> add_client(StoreSession& session, const cli::ClientWork& work, bool as_json) {
  json::object wanted{{"name", work.name}};
  add_if_said(wanted, "preferred_provider", work.preferred_provider);
  add_if_said(wanted, "allowed_hosts", work.allowed_hosts);
  CTR_TRY(made, ask_document(session, post(std::string(kClients), wanted, fresh_key())));
  const std::string id(text_at(made, "id"));
  return rotate_client(session, id, std::move(made), as_json);
}

Result<int> work_on(StoreSession& session, const cli::ClientWork& work, bool as_json) {
  switch (work.verb) {
    case cli::ClientWork::Verb::add:
      return add_client(session, work, as_json);
    case cli::ClientWork::Verb::list:
      return list_records(session, kClients, {"id", "name", "active"}, as_json);
    case cli::ClientWork::Verb::rotate:
      return rotate_client(session, work.id, {}, as_json);
    case cli::ClientWork::Verb::remove:
      return retire_record(session, kClients, work.id, as_json);
  }
  return 2;
}

// -- services and subscriptions ---------------------------------------------------------------------------

Result<int> rotate_link(StoreSession& session, const std::string& id, json::object shown, bool as_json) {
  CTR_TRY(issued, ask_document(session, post(one_of(kLinks, id) + "/rotate-secret")));
  for (auto& member : issued) shown[member.key()] = std::move(member.value());
  shown["id"] = id;
  return say(shown, as_json,
             fmt::format("{}\nsigns what {} is sent; it is shown only this once",
                         text_at(shown, "signing_secret"), id));
}

Result<int> subscribe(StoreSession& session, const cli::ServiceWork& work, bool as_json) {
  json::object wanted{
      {"client_id", work.client}, {"service_id", work.service}, {"ordered_by_vehicle", work.ordered}};
  add_if_said(wanted, "endpoint", work.endpoint);
  add_if_said(wanted, "event_types", work.types);
  CTR_TRY(made, ask_document(session, post(std::string(kLinks), wanted, fresh_key())));
  const std::string id(text_at(made, "id"));
  return rotate_link(session, id, std::move(made), as_json);
}

Result<int> add_service(StoreSession& session, const cli::ServiceWork& work, bool as_json) {
  CTR_TRY(made, ask_document(session, post(std::string(kServices), {{"name", work.name}, {"url", work.url}},
                                           fresh_key())));
  return say(made, as_json, fmt::format("{}", text_at(made, "id")));
}

Result<int> change_sending(StoreSession& session, const std::string& id, std::string_view verb,
                           bool as_json) {
  CTR_TRY(done, ask_document(session, post(fmt::format("{}/{}", one_of(kLinks, id), verb))));
  return say(done, as_json, fmt::format("{} is {}", id, text_at(done, "state")));
}

Result<int> replay(StoreSession& session, const cli::ServiceWork& work, bool as_json) {
  json::object wanted{{"all", work.all}};
  add_if_said(wanted, "since", work.since);
  CTR_TRY(done, ask_document(session, post(one_of(kLinks, work.id) + "/replay", wanted)));
  return say(done, as_json,
             fmt::format("{} deliveries are sent again", json::integer_at(done, "replayed").value_or(0)));
}

Result<int> work_on(StoreSession& session, const cli::ServiceWork& work, bool as_json) {
  switch (work.verb) {
    case cli::ServiceWork::Verb::add:
      return add_service(session, work, as_json);
    case cli::ServiceWork::Verb::list:
      return list_records(session, kServices, {"id", "name", "url", "active"}, as_json);
    case cli::ServiceWork::Verb::remove:
      return retire_record(session, kServices, work.id, as_json);
    case cli::ServiceWork::Verb::subscribe:
      return subscribe(session, work, as_json);
    case cli::ServiceWork::Verb::subscriptions:
      return list_records(session, kLinks, {"id", "client_id", "service_id", "active", "paused_because"},
                          as_json);
    case cli::ServiceWork::Verb::rotate:
      return rotate_link(session, work.id, {}, as_json);
    case cli::ServiceWork::Verb::pause:
      return change_sending(session, work.id, "pause", as_json);
    case cli::ServiceWork::Verb::resume:
      return change_sending(session, work.id, "resume", as_json);
    case cli::ServiceWork::Verb::replay:
      return replay(session, work, as_json);
  }
  return 2;
}

template <class Work>
int run(const Work& work, const cli::Options& options, const Environment& environment) {
  const auto status = [&]() -> Result<int> {
    CTR_TRY(config, read_config(environment, options.db));
    CTR_TRY(session, StoreSession::open(config, {}));
    return work_on(*session, work, options.json);
  }();
  return status ? *status : complain(status.error());
}

}  // namespace

int run_command(const cli::ClientWork& work, const cli::Options& options, const Environment& environment) {
  return run(work, options, environment);
}

int run_command(const cli::ServiceWork& work, const cli::Options& options, const Environment& environment) {
  return run(work, options, environment);
}

}  // namespace contactor::app
