#include "engine/caution.h"

#include <algorithm>

namespace contactor::engine {

void Caution::begin(std::uint64_t timeline, Instant until) {
  if (timeline != timeline_) known_.clear();
  timeline_ = timeline;
  until_ = until;
}

void Caution::learn(const Vin& vin, std::vector<Instant> sends, Instant now) {
  std::ranges::sort(sends);
  known_.insert_or_assign(vin, Known{.sends = std::move(sends), .asked_at = now});
}

std::vector<Instant> Caution::sends(const Vin& vin, const std::vector<Instant>& ledger) const {
  const auto found = known_.find(vin);
  if (found == known_.end()) return {};
  std::vector<Instant> all = found->second.sends;
  std::ranges::copy_if(ledger, std::back_inserter(all),
                       [&](Instant at) { return at >= found->second.asked_at; });
  return all;
}

}  // namespace contactor::engine
