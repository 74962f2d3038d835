#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "base/instant.h"

namespace contactor::world {

enum class HappeningKind : std::uint8_t {
  car_receives,       ///< a message reaches its car; subject: command
  car_acts,           ///< the car has thought and changes the feature, or rejects; subject: command
  report_arrives,     ///< the car's report reaches the IoT API; subject: command
  command_ends,       ///< 300 s are over, or the command has expired; subject: command
  lie_starts,         ///< the API begins to say what is not true; subject: command
  letter_due,         ///< an outgoing request leaves; subject: letter
  letter_unanswered,  ///< nobody answered it; subject: letter, detail: attempt
  hold_expires,       ///< subject: payment
  refund_settles,     ///< subject: refund, detail: 1 succeeds, 0 fails
};

/// Something that will happen inside the world.
struct Happening {
  Instant at;
  std::uint64_t order = 0;  ///< equal moments happen in the order in which they were planned
  HappeningKind kind = HappeningKind::car_receives;
  std::uint64_t subject = 0;
  std::uint32_t detail = 0;
};

/// The world's own future, ordered by time. Cost: O(log n) each way.
class Timeline {
 public:
  void plan(Instant at, HappeningKind kind, std::uint64_t subject, std::uint32_t detail = 0) {
    if (!at.is_never()) heap_.push({at, order_++, kind, subject, detail});
  }
  [[nodiscard]] Instant next() const { return heap_.empty() ? Instant::never() : heap_.top().at; }
  [[nodiscard]] Happening take() {
    const Happening first = heap_.top();
    heap_.pop();
    return first;
  }

 private:
  struct Later {
    bool operator()(const Happening& a, const Happening& b) const {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };
  std::priority_queue<Happening, std::vector<Happening>, Later> heap_;
  std::uint64_t order_ = 0;
};

}  // namespace contactor::world
