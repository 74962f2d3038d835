#include "store/memory/disk.h"

#include <algorithm>

namespace contactor::store::memory {
namespace {

ota::Channel channel_of(ports::OutboxEntry::Kind kind) {
  if (kind == ports::OutboxEntry::Kind::push) return ota::Channel::push;
  return kind == ports::OutboxEntry::Kind::display ? ota::Channel::display : ota::Channel::email;
}

/// What the schema has as CHECK constraints.
void check_constraints(const ota::Activation& activation) {
  using ota::MoneyState;
  const bool taken =
      activation.money_state == MoneyState::capturing || activation.money_state == MoneyState::captured;
  CTR_ASSERT(!taken || activation.confirmed_at.has_value());
  const bool undelivered = activation.state == ota::State::Failed || activation.state == ota::State::Canceled;
  CTR_ASSERT(!taken || !undelivered);
}

Instant hour_of(Instant at) {
  return Instant::from_millis(at.millis() - at.millis() % Millis(std::chrono::hours(1)).count());
}

}  // namespace

ports::WriteOutcome Disk::apply(const ports::ActivationWrite& write) {
  if (const auto refused = refuse(write)) return *refused;
  const ota::Activation& after = write.after;
  CTR_ASSERT(after.version == write.base_version + 1);
  if (write.base_version == 0)
    put_new(after);
  else
    put(after);
  for (const auto& entry : write.history) append(after.id, entry);
  for (const auto& entry : write.outbox) owe(entry);
  for (const auto& notice : write.notices)
    notices[{notice.activation_id, notice.event, notice.channel}] = notice;
  if (write.ledger) ledgers.insert_or_assign(write.ledger->vin, *write.ledger);
  if (write.ticket) tickets.insert_or_assign(write.ticket->id, *write.ticket);
  if (write.reply)
    replies.emplace(std::tuple(write.reply->principal, write.reply->route, write.reply->key), *write.reply);
  for (std::size_t i = 0; i < write.followers.size(); ++i) {
    put_new(write.followers[i]);
    append(write.followers[i].id, write.follower_history[i]);
  }
  if (on_commit) on_commit(write);
  return ports::WriteOutcome::applied;
}

std::optional<ports::WriteOutcome> Disk::refuse(const ports::ActivationWrite& write) const {
  using enum ports::WriteOutcome;
  if (is_fenced(write.after.id.shard(), write.epoch)) return stale;
  if (write.reply && replies.contains({write.reply->principal, write.reply->route, write.reply->key}))
    return duplicate_key;
  if (write.base_version == 0) {
    if (orders.contains(write.after.order->order_id.str())) return duplicate_order;
  } else {
    const ota::Activation* base = find(write.after.id);
    if (base == nullptr || base->version != write.base_version) return stale;
  }
  if (write.ledger && ledger(write.ledger->vin).version + 1 != write.ledger->version) return stale;
  if (write.ticket) {
    const auto found = tickets.find(write.ticket->id);
    const std::uint32_t base = found == tickets.end() ? 0 : found->second.version;
    if (base + 1 != write.ticket->version) return stale;
  }
  for (const auto& follower : write.followers)
    if (orders.contains(follower.order->order_id.str())) return duplicate_order;
  return std::nullopt;
}

bool Disk::apply(const ports::OutboxWrite& write) {
  if (is_fenced(static_cast<std::uint8_t>(write.id & 0xff), write.epoch)) return false;
  if (write.ledger) {
    if (ledger(write.ledger->vin).version + 1 != write.ledger->version) return false;
    ledgers.insert_or_assign(write.ledger->vin, *write.ledger);
  }
  if (write.postponed) {
    if (const auto found = outbox.find(write.id); found != outbox.end()) found->second = *write.postponed;
  } else {
    if (const auto found = outbox.find(write.id); found != outbox.end()) {
      owed_keys_.erase(found->second.key);
      outbox.erase(found);
    }
  }
  if (write.notice)
    notices[{write.notice->activation_id, write.notice->event, write.notice->channel}] = *write.notice;
  return true;
}

ports::Totals Disk::totals() const {
  std::map<ota::State, std::uint64_t> states;
  std::map<ota::ServiceStatus, std::uint64_t> statuses;
  std::map<ota::MoneyState, std::uint64_t> money;
  std::map<Instant, std::uint64_t> hours;
  std::map<ota::Priority, std::uint64_t> open;
  ports::Totals sums;
  for (const auto* table : {&live, &archive})
    for (const auto& [id, activation] : *table) {
      states[activation.state] += 1;
      statuses[activation.service_status] += 1;
      money[activation.money_state] += 1;
      hours[hour_of(activation.created_at)] += 1;
      sums.retried += activation.retries > 0 ? 1U : 0U;
      const bool taken = activation.money_state == ota::MoneyState::captured ||
                         activation.money_state == ota::MoneyState::capturing;
      sums.captured_not_confirmed += taken && !activation.confirmed_at ? 1U : 0U;
    }
  sums.by_state.assign(states.begin(), states.end());
  sums.by_service.assign(statuses.begin(), statuses.end());
  sums.by_money.assign(money.begin(), money.end());
  if (!hours.empty())
    sums.begun_by_hour.assign(hours.lower_bound(hours.rbegin()->first - std::chrono::hours(24)), hours.end());
  for (const auto& [id, ticket] : tickets)
    if (ticket.state == ota::TicketState::open || ticket.state == ota::TicketState::waiting_customer)
      open[ticket.priority] += 1;
  sums.open_tickets.assign(open.begin(), open.end());
  sums.tickets = tickets.size();
  sums.outbox = outbox.size();
  for (const auto& [id, entry] : outbox)
    sums.outbox_oldest_at = std::min(sums.outbox_oldest_at, entry.created_at);
  return sums;
}

const ota::Activation* Disk::find(ActivationId id) const {
  if (const auto found = live.find(id); found != live.end()) return &found->second;
  const auto found = archive.find(id);
  return found == archive.end() ? nullptr : &found->second;
}

ports::CommandLedger Disk::ledger(const Vin& vin) const {
  const auto found = ledgers.find(vin);
  ports::CommandLedger empty;
  empty.vin = vin;
  return found == ledgers.end() ? empty : found->second;
}

std::vector<ActivationId> Disk::of_vehicle(const Vin& vin) const {
  const auto found = by_vin.find(vin);
  if (found == by_vin.end()) return {};
  return {found->second.rbegin(), found->second.rend()};
}

void Disk::put(const ota::Activation& activation) {
  check_constraints(activation);
  const bool settled = is_settled(activation.state, activation.money_state);
  // Settled money can move again: the row stands in one of the two, never in both.
  (settled ? live : archive).erase(activation.id);
  (settled ? archive : live).insert_or_assign(activation.id, activation);
}

void Disk::put_new(const ota::Activation& activation) {
  CTR_ASSERT(find(activation.id) == nullptr);
  const ota::Order& order = *activation.order;
  orders.emplace(order.order_id.str(), activation.id);
  if (order.payment.state != ota::PaidAs::none && !order.payment.transaction_id.empty())
    payments.emplace(order.payment.transaction_id, activation.id);
  by_vin[order.vin].push_back(activation.id);
  put(activation);
}

void Disk::append(ActivationId id, const ota::HistoryEntry& entry) {
  auto& entries = history[id];
  CTR_ASSERT(entry.seq == entries.size() + 1);
  entries.push_back(entry);
}

void Disk::owe(const ports::OutboxEntry& entry) {
  CTR_ASSERT(owed_keys_.insert(entry.key).second);
  outbox.emplace(entry.id, entry);
  if (entry.kind == ports::OutboxEntry::Kind::money) return;
  const ota::Channel channel = channel_of(entry.kind);
  notices[{entry.activation_id, entry.event, channel}] = {.activation_id = entry.activation_id,
                                                          .event = entry.event,
                                                          .channel = channel,
                                                          .outcome = ports::NoticeOutcome::pending,
                                                          .at = entry.created_at,
                                                          .detail = {}};
}

}  // namespace contactor::store::memory
