#include "world/iot/command_queue.h"

namespace contactor::world {

std::string_view to_string(CommandState state) {
  switch (state) {
    case CommandState::accepted:
      return "accepted";
    case CommandState::delivered:
      return "delivered";
    case CommandState::applied:
      return "applied";
    case CommandState::rejected:
      return "rejected";
    case CommandState::timed_out:
      return "timed_out";
  }
  return "";
}

Command* CommandQueue::find(std::string_view id) {
  const auto found = by_id_.find(std::string(id));
  return found == by_id_.end() ? nullptr : &commands_[found->second];
}

std::uint32_t CommandQueue::add(Command command, Car& car) {
  const auto index = static_cast<std::uint32_t>(commands_.size());
  by_id_.emplace(command.id, index);
  car.commands.push_back(index);
  commands_.push_back(std::move(command));
  return index;
}

Instant CommandQueue::next_allowed(const Car& car) {
  return car.window[car.window_at] + std::chrono::hours(1);
}

void CommandQueue::count(Car& car, Instant now) {
  car.window[car.window_at] = now;
  car.window_at = (car.window_at + 1) % car.window.size();
}

}  // namespace contactor::world
