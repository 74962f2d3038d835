#pragma once

#include <functional>
#include <memory>

#include "ports/timekeeper.h"

namespace contactor::task {

/// The event loop of one thread: sockets, timers and work handed over by other threads.
///
/// Everything but `post`, `stop` and the clocks belongs to the thread that runs it. Work that is left when
/// the loop is destroyed is dropped without being run.
class Loop final : public ports::Timekeeper {
 public:
  Loop();
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// The wall clock. Thread: any.
  [[nodiscard]] Instant now() const override;
  /// Since the machine started, suspended or not. Thread: any.
  [[nodiscard]] Millis monotonic() const override;
  /// Waits on the monotonic clock: a wall clock set back or forth while waiting changes nothing.
  void call_at(Instant at, std::move_only_function<void()> action) override;
  /// Runs `action` soon, in the order of posting. A burst costs one wake-up. Thread: any.
  void post(std::move_only_function<void()> action);
  /// Returns after `stop`, which may also come first; may be called again then.
  void run();
  /// Thread: any.
  void stop();

  struct Parts;  ///< the Asio side, for `task/asio.h`
  [[nodiscard]] Parts& parts() { return *parts_; }

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace contactor::task
