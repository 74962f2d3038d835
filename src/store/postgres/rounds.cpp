#include "store/postgres/rounds.h"

#include <functional>
#include <unordered_map>

namespace contactor::store::postgres {
namespace {

/// Hashes of what a job touches. Two that meet by chance cost one more round, no more.
class Touched {
 public:
  void id(std::uint64_t kind, std::int64_t value) {
    keys_.push_back((static_cast<std::uint64_t>(value) + kind) * 0x9e3779b97f4a7c15ULL);
  }
  void name(std::uint64_t kind, std::string_view value) {
    id(kind, static_cast<std::int64_t>(std::hash<std::string_view>()(value)));
  }
  void clear() { keys_.clear(); }
  [[nodiscard]] const std::vector<std::uint64_t>& keys() const { return keys_; }

 private:
  std::vector<std::uint64_t> keys_;
};

enum Kind : std::uint64_t {
  activation = 1ULL << 56,
  order = 2ULL << 56,
  ledger = 3ULL << 56,
  ticket = 4ULL << 56,
  reply = 5ULL << 56,
  entry = 6ULL << 56
};

void add(Touched& touched, const ports::ActivationWrite& write) {
  touched.id(activation, write.after.id.value());
  if (write.base_version == 0) touched.name(order, write.after.order->order_id.str());
  if (write.ledger) touched.name(ledger, write.ledger->vin.str());
  if (write.ticket) touched.id(ticket, write.ticket->id.value());
  if (write.reply) touched.name(reply, write.reply->key);
  for (const auto& follower : write.followers) {
    touched.id(activation, follower.id.value());
    touched.name(order, follower.order->order_id.str());
  }
  for (const auto& owed : write.outbox) touched.id(entry, owed.id);
}

void add(Touched& touched, const ports::OutboxWrite& write) {
  touched.id(entry, write.id);
  if (write.ledger) touched.name(ledger, write.ledger->vin.str());
}

}  // namespace

std::vector<std::vector<Job*>> rounds_of(const std::vector<Job*>& jobs) {
  std::vector<std::vector<Job*>> rounds;
  std::unordered_map<std::uint64_t, std::size_t> next_free;  // the first round without this key
  next_free.reserve(jobs.size() * 4);
  Touched touched;
  for (Job* job : jobs) {
    touched.clear();
    if (const auto* step = job->step())
      add(touched, *step);
    else if (const auto* done = job->entry())
      add(touched, *done);
    std::size_t round = 0;
    for (const auto key : touched.keys())
      if (const auto found = next_free.find(key); found != next_free.end())
        round = std::max(round, found->second);
    for (const auto key : touched.keys()) next_free[key] = round + 1;
    if (round >= rounds.size()) rounds.resize(round + 1);
    rounds[round].push_back(job);
  }
  return rounds;
}

}  // namespace contactor::store::postgres
