#pragma once

#include <cstdint>

#include "world/context.h"
#include "world/iot/callbacks.h"
#include "world/iot/command_queue.h"
#include "world/iot/vehicles.h"

namespace contactor::world {

/// Message broker, connection manager and the cars behind them: from a command in the queue to the car's
/// report.
class Broker {
 public:
  Broker(Context& context, Vehicles& vehicles, CommandQueue& commands, Callbacks& callbacks)
      : context_(context), vehicles_(vehicles), commands_(commands), callbacks_(callbacks) {}

  void dispatch(std::uint32_t command, Instant now);
  /// The car is there and obeys at once. @return false where it refuses an old generation.
  [[nodiscard]] bool apply_at_once(std::uint32_t command, Instant now);
  /// Shortens the way to the car so far that its report overtakes the API's own answer.
  void dispatch_in_a_flash(std::uint32_t command, Instant now);
  void run(const Happening& happening);

 private:
  void car_receives(std::uint32_t command, Instant now);
  void car_acts(std::uint32_t command, Instant now);
  void report_arrives(std::uint32_t command, Instant now);
  void command_ends(std::uint32_t command, Instant now);
  void lie_starts(std::uint32_t command, Instant now);
  void plan_end(std::uint32_t command);
  void plan_truth_of_liar(std::uint32_t command, Instant now);
  [[nodiscard]] bool take_effect(Command& command, Car& car, Instant now);
  void end(Command& command, const Car& car, CommandState state, Instant now);
  [[nodiscard]] Car& car_of(const Command& command) { return vehicles_.at(command.car); }

  Context& context_;
  Vehicles& vehicles_;
  CommandQueue& commands_;
  Callbacks& callbacks_;
};

}  // namespace contactor::world
