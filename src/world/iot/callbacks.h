#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "world/context.h"
#include "world/iot/command_queue.h"

namespace contactor::world {

/// Tells the caller's `callbackUrl` how a command ended, with everything that goes wrong on that way.
class Callbacks {
 public:
  explicit Callbacks(Context& context) : context_(context) {}

  /// The command has just reached an end; says so where a callback was asked for.
  void announce(const Command& command, const Vin& vin, Instant now);
  /// A stranger claims that the command was applied, without knowing the secret.
  void forge(const Command& command, const Vin& vin, Instant now);

 private:
  [[nodiscard]] Letter letter(const Command& command, std::string body);

  Context& context_;
  std::uint64_t last_id_ = 0;
};

}  // namespace contactor::world
