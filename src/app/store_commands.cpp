// Commands that ask the store and end: tokens, the desk, explanations, the audit. Each is a request to the
// API, of the store opened here or of the node that holds it.

#include <cstdio>

#include <fmt/format.h>

#include "app/ask.h"
#include "app/commands.h"
#include "app/store_session.h"
#include "json/json.h"
#include "ports/url_encoding.h"
#include "vin/vin.h"

namespace contactor::app {
namespace {

/// Opens the configured store and hands it to the command.
template <class Command>
int with_store(const cli::Options& options, const Environment& environment, Command command,
               const FleetConfig& fleet = {}) {
  const auto run = [&]() -> Result<int> {
    CTR_TRY(config, read_config(environment, options.db));
    CTR_TRY(session, StoreSession::open(config, fleet));
    return command(*session);
  };
  const auto status = run();
  return status ? *status : complain(status.error());
}

/// What is not there is named as the user named it.
template <class T>
Result<T> named(Result<T> found, std::string_view origin, const std::string& words) {
  if (!found && found.error().kind == ErrorKind::not_found) return fail(ErrorKind::not_found, origin, words);
  return found;
}

/// A path of one segment more; an empty one would name another route.
std::string under(std::string_view path, const std::string& id) {
  return fmt::format("{}/{}", path, id.empty() ? "-" : ports::percent_encode(id));
}

// -- tokens -----------------------------------------------------------------------------------------------

Result<int> create_token(StoreSession& session, const cli::Token& token, bool as_json) {
  json::object wanted{
      {"name", token.name}, {"role", token.role}, {"expires", to_duration_text(token.expires)}};
  if (!token.client.empty()) wanted["client"] = token.client;
  CTR_TRY(made, ask_document(session, post("/local/tokens", wanted)));
  if (as_json)
    print_document(made);
  else
    fmt::print("{}\nid {}; it is shown only this once\n", text_at(made, "token"), text_at(made, "id"));
  return 0;
}

Result<int> list_tokens(StoreSession& session, bool as_json) {
  CTR_TRY(tokens, ask_document(session, get("/local/tokens")));
  if (as_json) {
    print_document(tokens);
    return 0;
  }
  for (const auto& item : *json::array_at(tokens, "items")) {
    const json::object& token = item.as_object();
    fmt::print("{}  {:<10}  {:<8}  {:<24}  until {}\n", text_at(token, "id"), text_at(token, "role"),
               text_at(token, "state"), text_at(token, "name"),
               json::string_at(token, "expires_at").value_or("revoked"));
  }
  return 0;
}

Result<int> revoke_token(StoreSession& session, const cli::Token& token, bool as_json) {
  CTR_TRY(revoked, named(ask_document(session, post(under("/local/tokens", token.id) + "/revoke")), "token",
                         "no token " + token.id));
  if (as_json)
    print_document(revoked);
  else
    fmt::print("{} is refused from now on\n", token.id);
  return 0;
}

// -- tickets ----------------------------------------------------------------------------------------------

constexpr std::string_view kTickets = "/v1/support/tickets";

Result<int> list_tickets(StoreSession& session, bool as_json) {
  json::object all;
  auto& items = all["items"].emplace_array();
  for (std::string cursor;;) {
    CTR_TRY(page, ask_document(session, get(fmt::format("{}?limit=500&cursor={}", kTickets, cursor))));
    for (auto& item : page["items"].as_array()) items.push_back(std::move(item));
    cursor = text_at(page, "next_cursor");
    if (cursor.empty()) break;
  }
  if (as_json) {
    print_document(all);
    return 0;
  }
  for (const auto& item : items) {
    const json::object& ticket = item.as_object();
    const auto vin = Vin::parse(text_at(ticket, "vin"));
    fmt::print("{}  {:<6}  {:<16}  {}  {:<24}  {}\n", text_at(ticket, "id"), text_at(ticket, "priority"),
               text_at(ticket, "state"), vin ? vin->masked() : "", text_at(ticket, "service_name"),
               text_at(ticket, "last_error_message"));
  }
  return 0;
}

Result<int> show_ticket(StoreSession& session, const std::string& id, bool as_json) {
  CTR_TRY(ticket, named(ask_document(session, get(under(kTickets, id))), "desk", "no ticket " + id));
  if (as_json) {
    print_document(ticket);
    return 0;
  }
  for (const auto& field : ticket)
    fmt::print(
        "{:<28} {}\n", std::string_view(field.key()),
        field.value().is_string() ? std::string(field.value().as_string()) : json::serialize(field.value()));
  return 0;
}

Result<int> act_on_ticket(StoreSession& session, const cli::Ticket& words, bool as_json) {
  const json::object order{{"action", words.action}, {"text", words.text}};
  CTR_TRY(outcome, named(ask_document(session, post(under(kTickets, words.id) + "/actions", order)), "desk",
                         "no ticket " + words.id));
  const json::object& ticket = outcome["ticket"].as_object();
  if (as_json)
    print_document(ticket);
  else
    fmt::print("{} is {}\n", words.id, text_at(ticket, "state"));
  return 0;
}

// -- explanations and the audit ---------------------------------------------------------------------------

Result<int> explain(StoreSession& session, const std::string& id, bool as_json) {
  auto request = as_json ? get(under("/v1/explain", id)) : get(under("/local/explain", id), "text/plain");
  CTR_TRY(text, named(ask(session, std::move(request)), "explain", "nothing on record is called " + id));
  fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
  return 0;
}

Result<int> verify_audit(StoreSession& session, bool as_json) {
  std::int64_t activations = 0;
  std::int64_t records = 0;
  for (std::string cursor;;) {
    CTR_TRY(page, ask_document(session, get("/local/audit?cursor=" + cursor)));
    if (const auto* bad = json::object_at(page, "bad")) {
      const std::string_view id = text_at(*bad, "activation");
      const auto seq = json::integer_at(*bad, "seq").value_or(0);
      if (as_json)
        print_document({{"ok", false}, {"activation", id}, {"seq", seq}});
      else
        fmt::print("the history of {} is not the one that was written: record {}\n", id, seq);
      return 3;
    }
    activations += json::integer_at(page, "activations").value_or(0);
    records += json::integer_at(page, "records").value_or(0);
    cursor = text_at(page, "next_cursor");
    if (cursor.empty()) break;
  }
  if (as_json)
    print_document({{"ok", true}, {"activations", activations}, {"records", records}});
  else
    fmt::print("{} records of {} activations are as they were written\n", records, activations);
  return 0;
}

}  // namespace

int run_command(const cli::Token& token, const cli::Options& options, const Environment& environment) {
  return with_store(options, environment, [&](StoreSession& session) -> Result<int> {
    switch (token.verb) {
      case cli::Token::Verb::create:
        return create_token(session, token, options.json);
      case cli::Token::Verb::list:
        return list_tokens(session, options.json);
      case cli::Token::Verb::revoke:
        return revoke_token(session, token, options.json);
    }
    return 2;
  });
}

int run_command(const cli::Ticket& ticket, const cli::Options& options, const Environment& environment) {
  return with_store(options, environment, [&](StoreSession& session) -> Result<int> {
    switch (ticket.verb) {
      case cli::Ticket::Verb::list:
        return list_tickets(session, options.json);
      case cli::Ticket::Verb::show:
        return show_ticket(session, ticket.id, options.json);
      case cli::Ticket::Verb::act:
        return act_on_ticket(session, ticket, options.json);
    }
    return 2;
  });
}

int run_command(const cli::Explain& words, const cli::Options& options, const Environment& environment) {
  auto fleet = read_fleet_config(environment);
  if (!fleet) return complain(fleet.error());
  fleet->clouds.clear();  // Routes and time zones count; nobody is called.
  fleet->slack.reset();
  return with_store(
      options, environment, [&](StoreSession& session) { return explain(session, words.id, options.json); },
      *fleet);
}

int run_command(const cli::AuditVerify&, const cli::Options& options, const Environment& environment) {
  return with_store(options, environment,
                    [&](StoreSession& session) { return verify_audit(session, options.json); });
}

}  // namespace contactor::app
