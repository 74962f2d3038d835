#include "store/postgres/fleet_commit.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "store/fleet_check.h"
#include "store/postgres/statements.h"

namespace contactor::store::postgres {
namespace {

constexpr int kTries = 3;

Error error_in(const Refusal& refusal) { return refusal.error ? *refusal.error : error_of(refusal.failure); }

/// It was not committed, and another try may succeed.
bool is_worth_another(const Refusal& refusal) {
  return refusal.error && refusal.error->kind == ErrorKind::unavailable &&
         refusal.error->applied == Applied::no;
}

}  // namespace

void VehicleJob::finish() {
  if (!error_) return done_(std::move(outcomes_));
  if (is_applied_) error_->applied = Applied::maybe;
  done_(fail(std::move(*error_)));
}

void FleetCommitter::commit(std::span<VehicleJob* const> jobs) {
  if (broken_) {
    for (VehicleJob* const job : jobs) job->refuse(*broken_);
    return;
  }
  std::vector<std::vector<Item>> rounds;
  std::unordered_map<Vin, std::size_t> next_free;  // the first round without this vehicle
  for (VehicleJob* job : jobs)
    for (std::size_t i = 0; i < job->writes().size(); ++i) {
      const std::size_t round = next_free[job->writes()[i].after.vin]++;
      if (round == rounds.size()) rounds.emplace_back();
      rounds[round].push_back({.job = job, .number = i});
    }
  for (auto& round : rounds) {
    // Neighbouring keys share pages, and all writers lock in one order.
    std::ranges::sort(round, {}, [](const Item& item) {
      return std::pair(item.write().after.vin.shard(), item.write().after.vin);
    });
    for (std::size_t at = 0; at < round.size(); at += kFleetBatch)
      commit_together(std::span(round).subspan(at, std::min(kFleetBatch, round.size() - at)));
  }
}

void FleetCommitter::commit_together(std::span<const Item> items) {
  auto committed = try_commit(items);
  for (int tries = 1; !committed && tries < kTries && is_worth_another(committed.error()); ++tries)
    committed = try_commit(items);
  if (committed) return;
  const Error error = error_in(committed.error());
  watch_for_damage(committed.error());
  std::unordered_map<VehicleJob*, std::vector<Item>> parts;
  for (const auto& item : items) parts[item.job].push_back(item);
  for (const auto& [job, part] : parts)
    if (error.kind == ErrorKind::invalid && parts.size() > 1)
      commit_together(part);  // One of the calls breaks a rule: the others do not pay for it.
    else
      job->refuse(error);
}

/// As with orders: what is damaged is not written to any more, and the node ends.
void FleetCommitter::watch_for_damage(const Refusal& refusal) {
  if (refusal.error || broken_ || !is_damage(refusal.failure)) return;
  const Error error = error_of(refusal.failure);
  broken_ = error;
  broken_->applied = Applied::no;
  broken_->detail = "the store has stopped after a failure: " + error.detail;
  on_broken_(error);
}

std::expected<void, Refusal> FleetCommitter::try_commit(std::span<const Item> items) {
  auto answers = transactor_.begin(calls_for(items));
  if (!answers) return std::unexpected(std::move(answers.error()));
  std::unordered_set<std::string_view> passed;
  passed.reserve(items.size());
  for (auto& answer : *answers)
    while (answer.next()) passed.insert(answer.read_text());
  const auto has_passed = [&](const Item& item) { return passed.contains(item.write().after.vin.str()); };
  entries_.clear();
  for (const auto& item : items) {
    const auto& write = item.write();
    if (!write.entry || !has_passed(item)) continue;
    entries_.number(write.after.vin.shard());
    put_entry(entries_, write.after.vin, *write.entry);
  }
  if (auto ended = end(); !ended) return ended;
  for (const auto& item : items)
    if (has_passed(item)) item.job->apply(item.number);
  return {};
}

std::vector<Call> FleetCommitter::calls_for(std::span<const Item> items) {
  first_.clear();
  next_.clear();
  for (const auto& item : items) {
    const auto& after = item.write().after;
    auto& rows = after.version == 1 ? first_ : next_;
    rows.number(after.vin.shard());
    put_vehicle(rows, after);
  }
  std::vector<Call> calls{{.statement = &kBegin, .values = {}}};
  for (const auto& [statement, rows] : {std::pair(&kPutFirst, &first_), std::pair(&kPutNext, &next_)}) {
    if (rows->empty()) continue;
    calls.push_back({.statement = statement, .values = {}});
    rows->bind(calls.back().values);
  }
  return calls;
}

std::expected<void, Refusal> FleetCommitter::end() {
  ++number_;
  std::vector<Call> calls;
  if (!entries_.empty()) {
    calls.push_back({.statement = &kPutEntries, .values = {}});
    entries_.bind(calls.back().values);
  }
  calls.push_back({.statement = &kMarkCommit, .values = Values().text(writer_).int8(number_)});
  calls.push_back({.statement = &kCommit, .values = {}});
  return transactor_.end(calls,
                         {.find = {.statement = &kFindMark, .values = Values().text(writer_).int8(number_)}});
}

}  // namespace contactor::store::postgres
