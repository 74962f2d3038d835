// `contactor explain ID`: any id, one answer.

#include <cstdio>

#include <fmt/format.h>

#include "api/explain.h"
#include "app/commands.h"
#include "app/store_session.h"

namespace contactor::app {
namespace {

using Found = Result<std::optional<ota::Activation>>;

/// An activation, a command, a ticket, an order, a payment, or the newest activation of a vehicle.
Found find_subject(StoreSession& session, const std::string& id) {
  ports::Store& store = session.store();
  if (const auto activation = parse_id<ActivationTag>(id); !activation.empty())
    return session.answer<Found>([&](ports::Done<Found> done) { store.find(activation, std::move(done)); });
  if (const auto command = ota::parse_command_id(id))
    return session.answer<Found>(
        [&](ports::Done<Found> done) { store.find(command->activation, std::move(done)); });
  if (const auto ticket_id = parse_id<TicketTag>(id); !ticket_id.empty()) {
    using Ticket = Result<std::optional<ota::Ticket>>;
    auto ticket = session.answer<Ticket>(
        [&](ports::Done<Ticket> done) { store.find_ticket(ticket_id, std::move(done)); });
    if (!ticket) return std::unexpected(std::move(ticket.error()));
    if (!*ticket) return std::optional<ota::Activation>();
    return session.answer<Found>(
        [&](ports::Done<Found> done) { store.find((*ticket)->activation_id, std::move(done)); });
  }
  if (const auto vin = Vin::parse(id)) {
    using Context = Result<ports::Store::VehicleContext>;
    auto context = session.answer<Context>(
        [&](ports::Done<Context> done) { store.vehicle_context(*vin, std::move(done)); });
    if (!context) return std::unexpected(std::move(context.error()));
    if (!context->activations.empty()) return std::optional(std::move(context->activations.front()));
  }
  auto order =
      session.answer<Found>([&](ports::Done<Found> done) { store.find_order(OrderId(id), std::move(done)); });
  if (!order || *order) return order;
  return session.answer<Found>([&](ports::Done<Found> done) { store.find_payment(id, std::move(done)); });
}

Result<api::Story> read_story(StoreSession& session, ota::Activation activation) {
  ports::Store& store = session.store();
  using History = Result<std::vector<ota::HistoryEntry>>;
  using Notices = Result<std::vector<ports::NoticeRecord>>;
  using Pending = Result<std::vector<ports::OutboxEntry>>;
  const ActivationId id = activation.id;
  CTR_TRY(history,
          session.answer<History>([&](ports::Done<History> done) { store.history(id, std::move(done)); }));
  CTR_TRY(notices,
          session.answer<Notices>([&](ports::Done<Notices> done) { store.notices(id, std::move(done)); }));
  CTR_TRY(pending, session.answer<Pending>(
                       [&](ports::Done<Pending> done) { store.pending_outbox(id, std::move(done)); }));
  return api::Story{.activation = std::move(activation),
                    .history = std::move(history),
                    .notices = std::move(notices),
                    .pending = std::move(pending)};
}

Status explain(StoreSession& session, const Config& config, const std::string& id, bool as_json) {
  CTR_TRY(found, find_subject(session, id));
  if (!found) return fail(ErrorKind::not_found, "explain", "nothing on record is called " + id);
  CTR_TRY(story, read_story(session, std::move(*found)));
  using Incidents = Result<std::vector<ports::Incident>>;
  CTR_TRY(incidents, session.answer<Incidents>([&](ports::Done<Incidents> done) {
    session.store().incidents(10, std::move(done));
  }));
  const auto explanation = api::explain(story, incidents, config.policy, session.now());
  fmt::print("{}\n", as_json ? api::explanation_json(explanation) : api::explanation_text(explanation));
  return {};
}

}  // namespace

int run_command(const cli::Explain& words, const cli::Options& options, const Environment& environment) {
  const auto run = [&]() -> Status {
    CTR_TRY(config, read_config(environment, options.db));
    CTR_TRY(session, StoreSession::open(config.db));
    return explain(*session, config, words.id, options.json);
  };
  const Status done = run();
  if (done) return 0;
  fmt::print(stderr, "contactor: {}\n", done.error().message());
  return done.error().kind == ErrorKind::invalid || done.error().kind == ErrorKind::not_found ? 2 : 1;
}

}  // namespace contactor::app
