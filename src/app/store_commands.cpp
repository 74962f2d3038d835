// Commands that work on the store directly: tokens, the desk, the audit.

#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

#include "api/ticket_codec.h"
#include "app/commands.h"
#include "app/store_session.h"
#include "app/tokens.h"
#include "engine/history_chain.h"
#include "json/json.h"
#include "ota/ticket_desk.h"
#include "task/system_entropy.h"

namespace contactor::app {
namespace {

int complain(const Error& error) {
  fmt::print(stderr, "contactor: {}\n", error.message());
  return error.kind == ErrorKind::invalid || error.kind == ErrorKind::not_found ? 2 : 1;
}

/// Opens the configured store and hands it to the command.
template <class Command>
int with_store(const cli::Options& options, const Environment& environment, Command command) {
  const auto config = read_config(environment, options.db);
  if (!config) return complain(config.error());
  auto session = StoreSession::open(config->db);
  if (!session) return complain(session.error());
  return command(**session);
}

// -- tokens -----------------------------------------------------------------------------------------------

int create_token(StoreSession& session, const cli::Token& token, bool as_json) {
  task::SystemEntropy entropy;
  const auto made = session.answer<Result<NewToken>>([&](ports::Done<Result<NewToken>> done) {
    make_token(session.store(), entropy, session.now(),
               {.name = token.name, .role = token.role, .client = token.client, .expires = token.expires},
               std::move(done));
  });
  if (!made) return complain(made.error());
  if (as_json)
    fmt::print("{}\n", json::serialize(json::object{{"token", made->text}, {"id", to_string(made->id)}}));
  else
    fmt::print("{}\nid {}; it is shown only this once\n", made->text, to_string(made->id));
  return 0;
}

std::string state_of(const ports::ApiToken& token, Instant now) {
  if (token.revoked_at) return "revoked";
  return token.expires_at <= now ? "expired" : "valid";
}

int list_tokens(StoreSession& session, bool as_json) {
  using Tokens = Result<std::vector<ports::ApiToken>>;
  const auto tokens =
      session.answer<Tokens>([&](ports::Done<Tokens> done) { session.store().tokens(std::move(done)); });
  if (!tokens) return complain(tokens.error());
  json::array items;
  for (const auto& token : *tokens) {
    const std::string state = state_of(token, session.now());
    if (!as_json)
      fmt::print("{}  {:<10}  {:<8}  {:<24}  until {}\n", to_string(token.id), token.role, state, token.name,
                 token.expires_at.is_never() ? "revoked" : to_rfc3339(token.expires_at));
    items.push_back(json::object{{"id", to_string(token.id)},
                                 {"name", token.name},
                                 {"role", token.role},
                                 {"client", token.client},
                                 {"state", state},
                                 {"expires_at", to_rfc3339(token.expires_at)}});
  }
  if (as_json) fmt::print("{}\n", json::serialize(json::object{{"items", std::move(items)}}));
  return 0;
}

int revoke_token(StoreSession& session, const cli::Token& token, bool as_json) {
  const TokenId id = parse_id<TokenTag>(token.id);
  using Tokens = Result<std::vector<ports::ApiToken>>;
  auto tokens =
      session.answer<Tokens>([&](ports::Done<Tokens> done) { session.store().tokens(std::move(done)); });
  if (!tokens) return complain(tokens.error());
  for (auto& row : *tokens) {
    if (row.id != id) continue;
    row.revoked_at = session.now();
    const auto stored = session.answer<Status>(
        [&](ports::Done<Status> done) { session.store().put_token(row, std::move(done)); });
    if (!stored) return complain(stored.error());
    if (as_json)
      fmt::print("{}\n", json::serialize(json::object{{"id", token.id}, {"state", "revoked"}}));
    else
      fmt::print("{} is refused from now on\n", token.id);
    return 0;
  }
  fmt::print(stderr, "contactor: no token {}\n", token.id);
  return 2;
}

// -- tickets ----------------------------------------------------------------------------------------------

int list_tickets(StoreSession& session, bool as_json) {
  using Tickets = Result<std::vector<ota::Ticket>>;
  const auto tickets = session.answer<Tickets>([&](ports::Done<Tickets> done) {
    session.store().list_tickets({.state = {}, .limit = 500, .after = {}}, std::move(done));
  });
  if (!tickets) return complain(tickets.error());
  json::array items;
  for (const auto& ticket : *tickets) {
    if (!as_json)
      fmt::print("{}  {:<6}  {:<16}  {}  {:<24}  {}\n", to_string(ticket.id), to_string(ticket.priority),
                 to_string(ticket.state), ticket.vin.masked(), ticket.service_name,
                 ticket.last_error_message);
    items.push_back(api::ticket_object(ticket, session.now()));
  }
  if (as_json) fmt::print("{}\n", json::serialize(json::object{{"items", std::move(items)}}));
  return 0;
}

Result<ota::Ticket> find_ticket(StoreSession& session, const std::string& id) {
  using Found = Result<std::optional<ota::Ticket>>;
  auto found = session.answer<Found>([&](ports::Done<Found> done) {
    session.store().find_ticket(parse_id<TicketTag>(id), std::move(done));
  });
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return fail(ErrorKind::not_found, "desk", "no ticket " + id);
  return std::move(**found);
}

int show_ticket(StoreSession& session, const std::string& id, bool as_json) {
  const auto ticket = find_ticket(session, id);
  if (!ticket) return complain(ticket.error());
  const json::object document = api::ticket_object(*ticket, session.now());
  if (as_json)
    fmt::print("{}\n", json::serialize(document));
  else
    for (const auto& field : document)
      fmt::print("{:<28} {}\n", std::string_view(field.key()),
                 field.value().is_string() ? std::string(field.value().as_string())
                                           : json::serialize(field.value()));
  return 0;
}

int act_on_ticket(StoreSession& session, const cli::Ticket& words, bool as_json) {
  const auto ticket = find_ticket(session, words.id);
  if (!ticket) return complain(ticket.error());
  const char* user = getlogin();
  auto after = ota::act(*ticket, *ota::parse_ticket_action(words.action), user == nullptr ? "terminal" : user,
                        words.text, session.now());
  if (!after) return complain(after.error());
  const auto stored = session.answer<Status>(
      [&](ports::Done<Status> done) { session.store().put_ticket(*after, std::move(done)); });
  if (!stored) return complain(stored.error());
  if (as_json)
    fmt::print("{}\n", json::serialize(api::ticket_object(*after, session.now())));
  else
    fmt::print("{} is {}\n", words.id, to_string(after->state));
  return 0;
}

// -- the audit --------------------------------------------------------------------------------------------

int verify_audit(StoreSession& session, bool as_json) {
  using Page = Result<std::vector<ports::Store::Audited>>;
  ActivationId after;
  std::uint64_t activations = 0;
  std::uint64_t entries = 0;
  while (true) {
    const auto page = session.answer<Page>(
        [&](ports::Done<Page> done) { session.store().audit(after, 1000, std::move(done)); });
    if (!page) return complain(page.error());
    for (const auto& audited : *page) {
      activations += 1;
      entries += audited.history.size();
      const auto bad =
          engine::first_bad_entry(audited.activation.id, audited.activation.history_head, audited.history);
      if (bad == 0) continue;
      const std::string id = to_string(audited.activation.id);
      if (as_json)
        fmt::print("{}\n", json::serialize(json::object{{"ok", false}, {"activation", id}, {"seq", bad}}));
      else
        fmt::print("the history of {} is not the one that was written: record {}\n", id, bad);
      return 3;
    }
    if (page->size() < 1000) break;
    after = page->back().activation.id;
  }
  if (as_json)
    fmt::print("{}\n", json::serialize(
                           json::object{{"ok", true}, {"activations", activations}, {"records", entries}}));
  else
    fmt::print("{} records of {} activations are as they were written\n", entries, activations);
  return 0;
}

}  // namespace

int run_command(const cli::Token& token, const cli::Options& options, const Environment& environment) {
  return with_store(options, environment, [&](StoreSession& session) {
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
  return with_store(options, environment, [&](StoreSession& session) {
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

int run_command(const cli::AuditVerify&, const cli::Options& options, const Environment& environment) {
  return with_store(options, environment,
                    [&](StoreSession& session) { return verify_audit(session, options.json); });
}

}  // namespace contactor::app
