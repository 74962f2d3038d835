#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "ports/http.h"

namespace contactor::world {

/// The provider's memory of answers: each key keeps its first answer for 24 hours.
class IdempotencyKeys {
 public:
  struct Entry {
    std::uint64_t fingerprint = 0;  ///< of method, path and parameters
    ports::HttpResponse response;
    Instant answered_at;  ///< until then the first request is still running
  };

  /// @return null where the key is new, or was pruned.
  [[nodiscard]] const Entry* find(const std::string& key, Instant now);
  void keep(const std::string& key, Entry entry, Instant now);

 private:
  void prune(Instant now);

  std::unordered_map<std::string, Entry> entries_;
  std::deque<std::pair<Instant, std::string>> ages_;
};

}  // namespace contactor::world
