#include "engine/fleet/vehicle_writer.h"

#include <algorithm>
#include <iterator>

namespace contactor::engine {
namespace {

/// The first `count` of `all`, which keeps the rest.
template <class T>
std::vector<T> take_front(std::vector<T>& all, std::size_t count) {
  if (count == all.size()) return std::exchange(all, {});
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<T> front(std::make_move_iterator(all.begin()), std::make_move_iterator(end));
  all.erase(all.begin(), end);
  return front;
}

}  // namespace

void VehicleWriter::write(ports::FleetWrite write, Done done) {
  writes_.push_back(std::move(write));
  done_.push_back(std::move(done));
  flush();
}

void VehicleWriter::flush() {
  if (writing_ || writes_.empty()) return;
  writing_ = true;
  const std::size_t count = std::min(writes_.size(), kMost);
  auto writes = take_front(writes_, count);
  store_.write_vehicles(std::move(writes), [self = std::weak_ptr(self_), done = take_front(done_, count)](
                                               Result<std::vector<ports::FleetOutcome>> outcomes) mutable {
    if (const auto still = self.lock()) (*still)->ended(std::move(done), std::move(outcomes));
  });
}

void VehicleWriter::ended(std::vector<Done> done, Result<std::vector<ports::FleetOutcome>> outcomes) {
  writing_ = false;
  // What they write in turn must not start before all of them know.
  const auto alive = self_;
  for (std::size_t i = 0; i < done.size(); ++i)
    done[i](outcomes ? Result<ports::FleetOutcome>((*outcomes)[i]) : fail(outcomes.error()));
  if (alive.use_count() > 1) flush();
}

}  // namespace contactor::engine
