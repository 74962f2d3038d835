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
  /// Since some moment in the past, by a clock that nobody sets and that goes on while the process does not
  /// run. A time whose `now` nobody sets either needs no other.
  [[nodiscard]] virtual Millis monotonic() const { return Millis(now().millis()); }
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
