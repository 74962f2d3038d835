#include "task/loop.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/result.h"
#include "task/asio.h"
#include "task/timer_heap.h"

namespace contactor::task {
namespace {

namespace asio = boost::asio;
using Clock = TimerHeap::Clock;

// Longer waits are cut: the clock's own range must not overflow for moments far in the future.
constexpr Millis wait_max = std::chrono::hours(24 * 365 * 10);

Clock::time_point due_of(Instant at, Instant now) {
  return Clock::now() + std::clamp(at - std::min(now, at), Millis(0), wait_max);
}

}  // namespace

struct Loop::Parts {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  asio::steady_timer timer{io};
  TimerHeap timers;
  Clock::time_point armed_for = Clock::time_point::max();
  bool firing = false;

  std::mutex mutex;
  std::vector<TimerHeap::Action> inbox;  ///< guarded by `mutex`
  std::vector<TimerHeap::Action> batch;

  /// One Asio timer serves all: it is only ever moved to an earlier time, a wait that comes too soon rearms
  /// it.
  void arm() {
    if (firing || timers.empty() || timers.next() >= armed_for) return;
    armed_for = timers.next();
    timer.expires_at(armed_for);
    timer.async_wait([this](const boost::system::error_code& error) {
      if (!error) fire();
    });
  }
  void fire() {
    armed_for = Clock::time_point::max();
    firing = true;
    const auto now = Clock::now();
    while (!timers.empty() && timers.next() <= now) timers.take()();
    firing = false;
    arm();
  }
  void drain() {
    {
      const std::lock_guard lock(mutex);
      batch.swap(inbox);
    }
    for (auto& action : batch) action();
    batch.clear();
  }
};

Loop::Loop() : parts_(std::make_unique<Parts>()) {}
Loop::~Loop() = default;

Instant Loop::now() const {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return Instant::from_millis(std::chrono::duration_cast<Millis>(since).count());
}

Millis Loop::monotonic() const {
  timespec since{};
  CTR_ASSERT(::clock_gettime(CLOCK_BOOTTIME, &since) == 0);
  return std::chrono::seconds(since.tv_sec) + Millis(since.tv_nsec / 1'000'000);
}

void Loop::call_at(Instant at, std::move_only_function<void()> action) {
  parts_->timers.add(due_of(at, now()), std::move(action));
  parts_->arm();
}

void Loop::post(std::move_only_function<void()> action) {
  bool first = false;
  {
    const std::lock_guard lock(parts_->mutex);
    first = parts_->inbox.empty();
    parts_->inbox.push_back(std::move(action));
  }
  if (first) asio::post(parts_->io, [parts = parts_.get()] { parts->drain(); });
}

void Loop::run() {
  parts_->io.run();
  parts_->io.restart();
}

void Loop::stop() { parts_->io.stop(); }

asio::io_context& io_context_of(Loop& loop) { return loop.parts().io; }

}  // namespace contactor::task
