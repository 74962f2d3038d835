#pragma once

#include <cstdint>
#include <functional>

#include "base/instant.h"

namespace contactor::ports {

/// The only source of time, and the only way to be called later.
class Timekeeper {
 public:
  virtual ~Timekeeper() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  /// Runs `action` on the engine's thread at or soon after `at`; never early. Cannot be taken back: guard
  /// with an epoch.
  virtual void call_at(Instant at, std::move_only_function<void()> action) = 0;
};

/// The only source of numbers that nobody can guess.
class Entropy {
 public:
  virtual ~Entropy() = default;
  [[nodiscard]] virtual std::uint64_t next() = 0;
};

}  // namespace contactor::ports
