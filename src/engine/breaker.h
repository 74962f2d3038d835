#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/instant.h"
#include "base/result.h"

namespace contactor::engine {

/// Keeps one broken upstream from failing everybody. Opens at once on a refused credential, and on half of
/// twenty calls failing within half a minute; while it is open one probe at a time may ask whether the
/// upstream is back. After that the concurrency grows with each success.
class Breaker {
 public:
  explicit Breaker(std::size_t concurrency_max)
      : concurrency_max_(concurrency_max), allowance_(concurrency_max) {}

  enum class Outcome : std::uint8_t { fine, broken, unauthorized };
  /// @return true where this outcome opened the breaker.
  bool record(Outcome outcome, Instant now);

  [[nodiscard]] bool is_open() const { return open_; }
  /// Calls that may be in flight now.
  [[nodiscard]] std::size_t allowance() const { return open_ ? 0 : allowance_; }
  /// Another node has found the upstream broken, or whole again.
  void hold(std::string cause, Instant now);
  void let_go(Instant now);
  /// When a probe may be sent; never while one is out or the breaker is closed.
  [[nodiscard]] Instant probe_at() const { return open_ && !probing_ ? probe_at_ : Instant::never(); }
  void probe_sent() { probing_ = true; }
  /// @return true where the upstream is back and the breaker closed.
  bool probe_ended(bool success, Instant now);
  [[nodiscard]] const std::string& cause() const { return cause_; }

 private:
  void open(std::string cause, Instant now);

  static constexpr Millis kWindow = std::chrono::seconds(30);
  static constexpr Millis kProbeInterval = std::chrono::seconds(10);
  static constexpr std::size_t kCallsMin = 20;
  static constexpr std::size_t kFirstWave = 8;

  std::size_t concurrency_max_;
  std::size_t allowance_;
  bool open_ = false;
  bool probing_ = false;
  Instant probe_at_ = Instant::never();
  Instant window_start_;
  std::size_t calls_ = 0;
  std::size_t failures_ = 0;
  std::string cause_;
};

/// What a call's failure says of the upstream.
[[nodiscard]] Breaker::Outcome outcome_of(const Error& error);

}  // namespace contactor::engine
