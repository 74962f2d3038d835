#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/instant.h"
#include "world/iot/car.h"

namespace contactor::world {

enum class CommandState : std::uint8_t { accepted, delivered, applied, rejected, timed_out };
[[nodiscard]] std::string_view to_string(CommandState state);

/// One configure command that the API took.
struct Command {
  std::uint32_t car = 0;
  std::string id;
  std::string service_id;
  bool enable = true;
  std::uint64_t generation = 0;
  Instant expires_at = Instant::never();
  std::string callback_url;
  std::uint64_t payload_hash = 0;  ///< of everything the request said
  Instant accepted_at;
  CommandState state = CommandState::accepted;
  CommandState state_before = CommandState::accepted;  ///< what a stale cache still says
  Instant changed_at;
  std::string error_code;
  bool answered_confirmed = false;  ///< the request was answered 200 with the car's confirmation
  bool answered_applied = false;    ///< the request was answered 200 without it
  bool claims_applied = false;      ///< status says applied, the car knows nothing of it
  bool acted = false;               ///< the car has dealt with it
};

/// The API's command queue: ids that are safe to repeat, and ten commands a vehicle in any sliding hour.
class CommandQueue {
 public:
  [[nodiscard]] Command* find(std::string_view id);
  [[nodiscard]] Command& at(std::uint64_t index) { return commands_[index]; }
  [[nodiscard]] std::uint32_t add(Command command, Car& car);
  /// @return when the next command may be taken; `now` or earlier means at once.
  [[nodiscard]] static Instant next_allowed(const Car& car);
  static void count(Car& car, Instant now);
  [[nodiscard]] std::size_t size() const { return commands_.size(); }

 private:
  std::vector<Command> commands_;
  std::unordered_map<std::string, std::uint32_t> by_id_;
};

}  // namespace contactor::world
