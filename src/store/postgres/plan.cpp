#include "store/postgres/plan.h"

#include "store/names.h"

namespace contactor::store::postgres {
namespace {

bool is_settled(const ota::Activation& activation) {
  return ota::is_settled(activation.state, activation.money_state);
}

}  // namespace

void Plan::clear() {
  leases_.clear();
  notices_.clear();
  proof_.reset();
  for (auto* rows : {&lease_rows_,   &order_keys_, &orders_,        &vehicles_,         &new_live_,
                     &new_archived_, &live_steps_, &archive_steps_, &left_live_,        &left_archive_,
                     &history_,      &outbox_,     &outbox_done_,   &outbox_postponed_, &notice_rows_,
                     &new_ledgers_,  &ledgers_,    &new_tickets_,   &tickets_,          &replies_})
    rows->clear();
}

void Plan::add(const ports::ActivationWrite& write, Place place) {
  const auto& after = write.after;
  hold(after.id.shard(), write.epoch);
  if (write.base_version == 0)
    begin(after);
  else
    move(write, place);
  std::span<const ports::NoticeRecord> notices = write.notices;
  for (const auto& entry : write.history) bind_entry(history_, after.id, entry, std::exchange(notices, {}));
  if (!proof_ && !write.history.empty())
    proof_ =
        Proof{.activation = after.id.value(), .seq = write.history[0].seq, .hash = write.history[0].hash};
  for (const auto& entry : write.outbox) owe(entry);
  for (const auto& notice : notices) put(notice);
  if (write.ledger) put(*write.ledger);
  if (write.ticket) put(*write.ticket);
  for (std::size_t i = 0; i < write.followers.size(); ++i) {
    begin(write.followers[i]);
    bind_entry(history_, write.followers[i].id, write.follower_history[i]);
  }
  if (write.reply) bind_reply(replies_, *write.reply);
}

void Plan::add(const ports::OutboxWrite& write) {
  hold(shard_of(write.id), write.epoch);
  if (write.postponed) {
    const auto& entry = *write.postponed;
    outbox_postponed_.number(shard_of(write.id)).number(write.id).number(entry.tries).number(entry.unknown);
    outbox_postponed_.moment(entry.first_try_at).moment(entry.next_try_at).text(entry.detail);
  } else {
    outbox_done_.number(shard_of(write.id)).number(write.id);
  }
  if (write.notice) put(*write.notice);
  if (write.ledger) put(*write.ledger);
}

void Plan::hold(std::uint8_t shard, std::uint64_t epoch) {
  const auto number = static_cast<std::int64_t>(leases_.size() + 1);
  if (leases_.try_emplace({.shard = shard, .epoch = epoch}, number).second)
    lease_rows_.number(shard).number(epoch).number(number);
}

std::optional<std::int64_t> Plan::number_of(Lease lease) const {
  const auto found = leases_.find(lease);
  return found == leases_.end() ? std::nullopt : std::optional(found->second);
}

void Plan::begin(const ota::Activation& activation) {
  const auto& order = *activation.order;
  order_keys_.text(order.order_id.str()).number(activation.id.value());
  bind_order(orders_, activation);
  vehicles_.number(order.vin.shard()).text(order.vin.str()).text(order.vehicle_model);
  vehicles_.moment(activation.created_at);
  bind_activation(is_settled(activation) ? new_archived_ : new_live_, activation);
}

/// The row goes where it belongs: settled ones stand in the archive, and come back when money moves again.
void Plan::move(const ports::ActivationWrite& write, Place place) {
  const auto& after = write.after;
  const Place to = is_settled(after) ? Place::archive : Place::live;
  const auto entries = static_cast<std::uint32_t>(write.history.size());
  if (to == place) {
    auto& rows = place == Place::live ? live_steps_ : archive_steps_;
    bind_changing(rows, after);
    rows.number(entries);
    return;
  }
  auto& left = place == Place::live ? left_live_ : left_archive_;
  left.number(after.id.shard()).number(after.id.value()).number(write.base_version);
  left.number(after.history_count - entries);
  bind_activation(to == Place::live ? new_live_ : new_archived_, after);
}

void Plan::put(const ports::NoticeRecord& notice) {
  notices_.insert_or_assign(
      {.activation = notice.activation_id.value(), .event = notice.event, .channel = notice.channel}, notice);
}

void Plan::put(const ports::CommandLedger& ledger) {
  bind_ledger(ledger.version == 1 ? new_ledgers_ : ledgers_, ledger);
}

void Plan::put(const ota::Ticket& ticket) {
  bind_ticket(ticket.version == 1 ? new_tickets_ : tickets_, ticket);
}

void Plan::owe(const ports::OutboxEntry& entry) {
  bind_outbox(outbox_, entry);
  if (const auto channel = channel_of(entry.kind))
    put(ports::NoticeRecord{.activation_id = entry.activation_id,
                            .event = entry.event,
                            .channel = *channel,
                            .at = entry.created_at});
}

std::vector<Call> Plan::calls(const std::string& writer, std::int64_t number) {
  for (const auto& [key, notice] : notices_) bind_notice(notice_rows_, notice);
  notices_.clear();
  std::vector<Call> calls;
  const auto run = [&](const Statement& statement, Rowset& rows) {
    if (rows.empty()) return;
    calls.push_back({.statement = &statement, .values = {}});
    rows.bind(calls.back().values);
  };
  calls.push_back({.statement = &kBegin, .values = {}});
  run(kHoldLeases, lease_rows_);
  run(kDeleteLive, left_live_);
  run(kDeleteArchive, left_archive_);
  run(kUpdateLive, live_steps_);
  run(kUpdateArchive, archive_steps_);
  run(kClaimOrders, order_keys_);
  run(kInsertReplies, replies_);
  run(kUpdateLedgers, ledgers_);
  run(kInsertLedgers, new_ledgers_);
  run(kUpdateTickets, tickets_);
  run(kInsertTickets, new_tickets_);
  run(kInsertOrders, orders_);
  run(kInsertVehicles, vehicles_);
  run(kInsertLive, new_live_);
  run(kInsertArchive, new_archived_);
  run(kInsertHistory, history_);
  run(kDeleteOutbox, outbox_done_);
  run(kPostponeOutbox, outbox_postponed_);
  run(kInsertOutbox, outbox_);
  run(kPutNotices, notice_rows_);
  if (!proof_) calls.push_back({.statement = &kMarkCommit, .values = Values().text(writer).int8(number)});
  calls.push_back({.statement = &kCommit, .values = {}});
  return calls;
}

Evidence Plan::evidence(const std::string& writer, std::int64_t number) const {
  if (!proof_) return {.find = {.statement = &kFindMark, .values = Values().text(writer).int8(number)}};
  Values values;
  values.int4(shard_of(proof_->activation)).int8(proof_->activation);
  values.int4(static_cast<std::int32_t>(proof_->seq)).blob(proof_->hash);
  return {.find = {.statement = &kFindHistory, .values = std::move(values)}};
}

}  // namespace contactor::store::postgres
