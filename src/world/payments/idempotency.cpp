#include "world/payments/idempotency.h"

namespace contactor::world {

const IdempotencyKeys::Entry* IdempotencyKeys::find(const std::string& key, Instant now) {
  prune(now);
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

void IdempotencyKeys::keep(const std::string& key, Entry entry, Instant now) {
  if (entries_.insert_or_assign(key, std::move(entry)).second) ages_.emplace_back(now, key);
}

void IdempotencyKeys::prune(Instant now) {
  while (!ages_.empty() && ages_.front().first + std::chrono::hours(24) <= now) {
    entries_.erase(ages_.front().second);
    ages_.pop_front();
  }
}

}  // namespace contactor::world
