#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "store/postgres/fleet_reader.h"
#include "task/worker.h"

namespace contactor::store::postgres {

/// Walks over all vehicles one page ahead: while one thread makes vehicles of a page, another has the server
/// at work on the next, and the caller looks at the one before. One page is held at most. A page that was
/// read ahead belongs to whoever asks for it, so that of two walks at the same time none reads what is older
/// than its own beginning.
class FleetWalk {
 public:
  using Vehicles = Result<std::vector<fleet::Vehicle>>;
  explicit FleetWalk(Link& link) : link_(link) {}

  /// Hands the page to `take` on the decoding thread, then asks for the next one. Thread: the one of the
  /// link.
  void read(const ports::VehicleFilter& filter, std::move_only_function<void(Vehicles)> take);
  /// After the thread of the link has ended.
  void close() { decoder_.close(); }

 private:
  [[nodiscard]] Result<Answer> rows_of(const ports::VehicleFilter& filter);

  Link& link_;
  std::optional<std::pair<ports::VehicleFilter, Answer>> ahead_;
  task::Worker decoder_{"fleet-decode"};
};

}  // namespace contactor::store::postgres
