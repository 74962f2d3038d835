#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/instant.h"
#include "vin/vin.h"

namespace contactor::engine {

/// What is known of sent commands besides the store's own ledger, for the hour after another server became
/// the store's primary: the last acknowledged intents may be missing there, the commands may have reached
/// their cars.
class Caution {
 public:
  /// A failover that counts until then. What was read after an earlier one is read again.
  void begin(std::uint64_t timeline, Instant until);
  [[nodiscard]] bool is_needed(Instant now) const { return now < until_; }
  /// Must the IoT API's own history of this vehicle be read before anything is sent to it?
  [[nodiscard]] bool must_ask(const Vin& vin, Instant now) const {
    return is_needed(now) && !known_.contains(vin);
  }
  /// @param sends  when the API got commands for this vehicle, any order
  void learn(const Vin& vin, std::vector<Instant> sends, Instant now);
  /// All that are known: the API's until it was asked, the ledger's since then. Oldest first.
  [[nodiscard]] std::vector<Instant> sends(const Vin& vin, const std::vector<Instant>& ledger) const;

 private:
  struct Known {
    std::vector<Instant> sends;
    Instant asked_at;
  };
  std::uint64_t timeline_ = 0;
  Instant until_;
  std::unordered_map<Vin, Known> known_;
};

}  // namespace contactor::engine
