#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "base/id.h"
#include "base/instant.h"

namespace contactor::engine {

/// When to look at which activation again. Entries are never taken back: one whose epoch is no longer the
/// record's is dropped when it fires. 24 bytes an entry, in memory only: what is due can be read again from
/// the live rows.
class Timers {
 public:
  struct Entry {
    Instant at;
    ActivationId id;
    std::uint32_t epoch = 0;
    friend bool operator>(const Entry& a, const Entry& b) { return a.at > b.at; }
  };

  void add(Entry entry) { heap_.push(entry); }
  [[nodiscard]] Instant next() const { return heap_.empty() ? Instant::never() : heap_.top().at; }
  /// The earliest entry that is due, if any.
  [[nodiscard]] std::optional<Entry> pop(Instant now) {
    if (heap_.empty() || heap_.top().at > now) return std::nullopt;
    Entry entry = heap_.top();
    heap_.pop();
    return entry;
  }

 private:
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
};

}  // namespace contactor::engine
