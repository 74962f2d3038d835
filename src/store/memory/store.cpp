#include "store/memory/store.h"

#include <algorithm>

namespace contactor::store::memory {
namespace {

template <class T>
std::optional<T> copy_of(const T* found) {
  return found == nullptr ? std::nullopt : std::optional<T>(*found);
}

bool matches(const ota::Activation& activation, const ports::ActivationFilter& filter) {
  const ota::Order& order = *activation.order;
  return (!filter.vin || order.vin == *filter.vin) && (!filter.state || activation.state == *filter.state) &&
         (filter.customer_id.empty() || order.customer.id == filter.customer_id) &&
         (filter.ordered_by.empty() || order.ordered_by == filter.ordered_by) &&
         (filter.after.empty() || activation.id < filter.after);
}

}  // namespace

Store::Store(Disk& disk, ports::Timekeeper& time, StoreParams params)
    : disk_(disk),
      timing_(time, params),
      fleet_(disk.fleet, timing_),
      charging_(make_charging(disk.charging, timing_)) {}

template <class Answer, class Change>
void Store::commit(Change change, ports::Done<Answer> done) {
  timing_.commit<Answer>([this, change = std::move(change)]() mutable { return change(disk_); },
                         std::move(done));
}

template <class Answer, class Question>
void Store::ask(Question question, ports::Done<Answer> done) {
  timing_.ask<Answer>(std::move(question), std::move(done));
}

// -- the hot path -----------------------------------------------------------------------------------------

void Store::write(std::shared_ptr<const ports::ActivationWrite> write,
                  ports::Done<Result<ports::WriteOutcome>> done) {
  commit<Result<ports::WriteOutcome>>([write = std::move(write)](Disk& disk) { return disk.apply(*write); },
                                      std::move(done));
}

void Store::write(ports::OutboxWrite write, ports::Done<Status> done) {
  commit<Status>(
      [write = std::move(write)](Disk& disk) -> Status {
        if (!disk.apply(write))
          return fail(ErrorKind::conflict, "store", "the vehicle's ledger was changed meanwhile");
        return {};
      },
      std::move(done));
}

void Store::load(std::vector<ActivationId> ids, ports::Done<Result<std::vector<ports::Loaded>>> done) {
  ask<Result<std::vector<ports::Loaded>>>(
      [this, ids = std::move(ids)] {
        std::vector<ports::Loaded> loaded;
        for (const ActivationId id : ids)
          if (const auto found = disk_.live.find(id); found != disk_.live.end())
            loaded.push_back({.activation = found->second, .ledger = disk_.ledger(found->second.order->vin)});
        return loaded;
      },
      std::move(done));
}

void Store::live_rows(ports::ShardSet shards, ActivationId after, std::size_t limit,
                      ports::Done<Result<std::vector<ports::LiveRow>>> done) {
  ask<Result<std::vector<ports::LiveRow>>>(
      [this, shards, after, limit] {
        std::vector<ports::LiveRow> rows;
        for (auto at = disk_.live.upper_bound(after); at != disk_.live.end() && rows.size() < limit; ++at)
          if (shards.test(at->first.shard()))
            rows.push_back(
                {.id = at->first, .state = at->second.state, .next_action_at = at->second.next_action_at});
        return rows;
      },
      std::move(done));
}

void Store::outbox(ports::ShardSet shards, std::int64_t after, std::size_t limit,
                   ports::Done<Result<std::vector<ports::OutboxEntry>>> done) {
  ask<Result<std::vector<ports::OutboxEntry>>>(
      [this, shards, after, limit] {
        std::vector<ports::OutboxEntry> entries;
        for (auto at = disk_.outbox.upper_bound(after); at != disk_.outbox.end() && entries.size() < limit;
             ++at)
          if (shards.test(at->second.activation_id.shard())) entries.push_back(at->second);
        return entries;
      },
      std::move(done));
}

void Store::vehicle_context(Vin vin, ports::Done<Result<VehicleContext>> done) {
  ask<Result<VehicleContext>>(
      [this, vin] {
        VehicleContext context{.ledger = disk_.ledger(vin), .activations = {}};
        for (const ActivationId id : disk_.of_vehicle(vin))
          if (context.activations.size() < 100) context.activations.push_back(*disk_.find(id));
        return context;
      },
      std::move(done));
}

// -- reading ----------------------------------------------------------------------------------------------

void Store::find(ActivationId id, ports::Done<Result<std::optional<ota::Activation>>> done) {
  ask<Result<std::optional<ota::Activation>>>([this, id] { return copy_of(disk_.find(id)); },
                                              std::move(done));
}

void Store::find_order(OrderId id, ports::Done<Result<std::optional<ota::Activation>>> done) {
  ask<Result<std::optional<ota::Activation>>>(
      [this, id = std::move(id)] {
        const auto found = disk_.orders.find(id.str());
        return found == disk_.orders.end() ? std::nullopt : copy_of(disk_.find(found->second));
      },
      std::move(done));
}

void Store::find_payment(std::string transaction_id,
                         ports::Done<Result<std::optional<ota::Activation>>> done) {
  ask<Result<std::optional<ota::Activation>>>(
      [this, transaction_id = std::move(transaction_id)] {
        const auto found = disk_.payments.find(transaction_id);
        return found == disk_.payments.end() ? std::nullopt : copy_of(disk_.find(found->second));
      },
      std::move(done));
}

void Store::list(ports::ActivationFilter filter, ports::Done<Result<std::vector<ota::Activation>>> done) {
  ask<Result<std::vector<ota::Activation>>>(
      [this, filter = std::move(filter)] {
        std::vector<ota::Activation> found;
        for (const auto* table : {&disk_.live, &disk_.archive})
          for (const auto& [id, activation] : *table)
            if (matches(activation, filter)) found.push_back(activation);
        std::ranges::sort(found, std::greater<>(), &ota::Activation::id);
        if (found.size() > filter.limit) found.resize(filter.limit);
        return found;
      },
      std::move(done));
}

void Store::history(ActivationId id, ports::Done<Result<std::vector<ota::HistoryEntry>>> done) {
  ask<Result<std::vector<ota::HistoryEntry>>>(
      [this, id] {
        const auto found = disk_.history.find(id);
        return found == disk_.history.end() ? std::vector<ota::HistoryEntry>() : found->second;
      },
      std::move(done));
}

void Store::notices(ActivationId id, ports::Done<Result<std::vector<ports::NoticeRecord>>> done) {
  ask<Result<std::vector<ports::NoticeRecord>>>(
      [this, id] {
        std::vector<ports::NoticeRecord> found;
        for (const auto& [key, notice] : disk_.notices)
          if (notice.activation_id == id) found.push_back(notice);
        return found;
      },
      std::move(done));
}

void Store::pending_outbox(ActivationId id, ports::Done<Result<std::vector<ports::OutboxEntry>>> done) {
  ask<Result<std::vector<ports::OutboxEntry>>>(
      [this, id] {
        std::vector<ports::OutboxEntry> found;
        for (const auto& [key, entry] : disk_.outbox)
          if (entry.activation_id == id) found.push_back(entry);
        return found;
      },
      std::move(done));
}

void Store::totals(ports::Done<Result<ports::Totals>> done) {
  ask<Result<ports::Totals>>([this] { return disk_.totals(); }, std::move(done));
}

void Store::audit(ActivationId after, std::size_t limit, ports::Done<Result<std::vector<Audited>>> done) {
  ask<Result<std::vector<Audited>>>(
      [this, after, limit] {
        std::map<ActivationId, const ota::Activation*> all;
        for (const auto* table : {&disk_.live, &disk_.archive})
          for (auto at = table->upper_bound(after); at != table->end(); ++at)
            all.emplace(at->first, &at->second);
        std::vector<Audited> page;
        for (const auto& [id, activation] : all) {
          if (page.size() == limit) break;
          page.push_back({.activation = *activation, .history = disk_.history[id]});
        }
        return page;
      },
      std::move(done));
}

// -- the desk, catalogue, access, incidents ---------------------------------------------------------------

void Store::find_ticket(TicketId id, ports::Done<Result<std::optional<ota::Ticket>>> done) {
  ask<Result<std::optional<ota::Ticket>>>(
      [this, id] {
        const auto found = disk_.tickets.find(id);
        return found == disk_.tickets.end() ? std::nullopt : std::optional(found->second);
      },
      std::move(done));
}

void Store::list_tickets(ports::TicketFilter filter, ports::Done<Result<std::vector<ota::Ticket>>> done) {
  ask<Result<std::vector<ota::Ticket>>>(
      [this, filter] {
        std::vector<ota::Ticket> found;
        for (auto at = disk_.tickets.rbegin(); at != disk_.tickets.rend() && found.size() < filter.limit;
             ++at) {
          const bool wanted = (!filter.state || at->second.state == *filter.state) &&
                              (filter.after.empty() || at->first < filter.after);
          if (wanted) found.push_back(at->second);
        }
        return found;
      },
      std::move(done));
}

void Store::put_ticket(ota::Ticket ticket, ports::Done<Status> done) {
  commit<Status>(
      [ticket = std::move(ticket)](Disk& disk) -> Status {
        const auto found = disk.tickets.find(ticket.id);
        if (found == disk.tickets.end()) return fail(ErrorKind::not_found, "store", "no such ticket");
        if (found->second.version + 1 != ticket.version)
          return fail(ErrorKind::conflict, "store", "the ticket was changed meanwhile");
        found->second = ticket;
        return {};
      },
      std::move(done));
}

void Store::put_service(ports::Service service, ports::Done<Result<ports::Service>> done) {
  commit<Result<ports::Service>>(
      [service = std::move(service)](Disk& disk) {
        ports::Service stored = service;
        ports::Service& row = disk.services[service.id.str()];
        stored.version = row.version + 1;
        row = stored;
        return stored;
      },
      std::move(done));
}

void Store::services(ports::Done<Result<std::vector<ports::Service>>> done) {
  ask<Result<std::vector<ports::Service>>>(
      [this] {
        std::vector<ports::Service> all;
        for (const auto& [id, service] : disk_.services) all.push_back(service);
        return all;
      },
      std::move(done));
}

void Store::put_token(ports::ApiToken token, ports::Done<Status> done) {
  commit<Status>(
      [token = std::move(token)](Disk& disk) -> Status {
        disk.tokens.insert_or_assign(token.id, token);
        return {};
      },
      std::move(done));
}

void Store::tokens(ports::Done<Result<std::vector<ports::ApiToken>>> done) {
  ask<Result<std::vector<ports::ApiToken>>>(
      [this] {
        std::vector<ports::ApiToken> all;
        for (const auto& [id, token] : disk_.tokens) all.push_back(token);
        return all;
      },
      std::move(done));
}

void Store::find_reply(std::string principal, std::string route, std::string key,
                       ports::Done<Result<std::optional<ports::IdempotentReply>>> done) {
  ask<Result<std::optional<ports::IdempotentReply>>>(
      [this, where = std::tuple(std::move(principal), std::move(route), std::move(key))] {
        const auto found = disk_.replies.find(where);
        return found == disk_.replies.end() ? std::nullopt : std::optional(found->second);
      },
      std::move(done));
}

void Store::put_reply(ports::IdempotentReply reply, ports::Done<Status> done) {
  commit<Status>(
      [reply = std::move(reply)](Disk& disk) -> Status {
        const auto [found, fresh] =
            disk.replies.try_emplace({reply.principal, reply.route, reply.key}, reply);
        if (!fresh && found->second.request_digest != reply.request_digest)
          return fail(ErrorKind::conflict, "store", "the key was used for another request");
        return {};
      },
      std::move(done));
}

void Store::put_incident(ports::Incident incident, ports::Done<Status> done) {
  commit<Status>(
      [incident = std::move(incident)](Disk& disk) -> Status {
        const auto same = [&](const ports::Incident& other) {
          return other.cause == incident.cause && other.opened_at == incident.opened_at;
        };
        const auto found = std::ranges::find_if(disk.incidents, same);
        if (found == disk.incidents.end())
          disk.incidents.push_back(incident);
        else
          *found = incident;
        return {};
      },
      std::move(done));
}

void Store::incidents(std::size_t limit, ports::Done<Result<std::vector<ports::Incident>>> done) {
  ask<Result<std::vector<ports::Incident>>>(
      [this, limit] {
        std::vector<ports::Incident> newest(disk_.incidents.rbegin(), disk_.incidents.rend());
        if (newest.size() > limit) newest.resize(limit);
        return newest;
      },
      std::move(done));
}

void Store::first_sight(std::string event_id, Instant at, ports::Done<Result<bool>> done) {
  commit<Result<bool>>([event_id = std::move(event_id),
                        at](Disk& disk) { return disk.seen_events.emplace(event_id, at).second; },
                       std::move(done));
}

void Store::forget_before(Instant at, ports::Done<Status> done) {
  commit<Status>(
      [at](Disk& disk) -> Status {
        std::erase_if(disk.replies, [at](const auto& item) { return item.second.at < at; });
        std::erase_if(disk.seen_events, [at](const auto& item) { return item.second < at; });
        return {};
      },
      std::move(done));
}

}  // namespace contactor::store::memory
