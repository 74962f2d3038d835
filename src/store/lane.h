#pragma once

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace contactor::store {

struct LaneLimits {
  std::size_t queued = 50'000;  ///< jobs that may wait; one more is refused
  std::size_t batch = 1000;     ///< jobs that are committed together at most
  /// What a batch waits for more at most, while so many come that waiting pays: a commit costs the same for
  /// one step as for a hundred, and under load it takes its time from those who bring the next ones.
  std::chrono::microseconds linger = std::chrono::milliseconds(6);
  std::size_t company = 256;  ///< jobs that are enough: nobody waits for more
};

/// Group commit: one thread takes what is queued and works it off as one batch. Under light load it does so
/// as soon as it is free, so that batches are small and quick; under heavy load it lets them grow.
template <class Job>
class Lane {
 public:
  using Work = std::function<void(std::vector<Job>&)>;
  using Clock = std::chrono::steady_clock;

  /// @param name  shown by `top -H`.
  /// @param work  runs on the lane's thread with the jobs in the order of their arrival.
  Lane(const std::string& name, LaneLimits limits, Work work)
      : limits_(limits), work_(std::move(work)), thread_([this] { run(); }) {
    pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
  }
  ~Lane() { close(); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// False where the queue is full or the lane is closed: the job is untouched then. Thread: any.
  [[nodiscard]] bool push(Job& job) {
    {
      const std::lock_guard lock(mutex_);
      if (closing_ || waiting() >= limits_.queued) return false;
      queue_.push_back(std::move(job));
      if (wake_at_ == 0 || waiting() < wake_at_) return true;
      wake_at_ = 0;
    }
    wake_.notify_one();
    return true;
  }

  /// Works off what is queued, then ends the thread.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    std::vector<Job> batch;
    while (take(batch)) {
      work_(batch);
      batch.clear();
    }
  }

  bool take(std::vector<Job>& batch) {
    std::unique_lock lock(mutex_);
    await(lock, 1, Clock::time_point::max());
    if (waiting() == 0) return false;  // Closed.
    const auto now = Clock::now();
    if (is_flood()) await(lock, limits_.company, now + limits_.linger);
    count(std::min(waiting(), limits_.batch), Clock::now());
    const std::size_t end = std::min(queue_.size(), taken_ + limits_.batch);
    for (; taken_ < end; ++taken_) batch.push_back(std::move(queue_[taken_]));
    // What was taken is dropped in one go, so that a long queue costs no shifting per batch.
    if (taken_ == queue_.size() || taken_ > limits_.queued / 2) {
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken_));
      taken_ = 0;
    }
    return true;
  }

  /// Until so many jobs wait, the lane is closed, or the time is over.
  void await(std::unique_lock<std::mutex>& lock, std::size_t jobs, Clock::time_point until) {
    wake_at_ = jobs;
    const auto is_over = [&] { return closing_ || waiting() >= jobs; };
    if (until == Clock::time_point::max())
      wake_.wait(lock, is_over);
    else
      wake_.wait_until(lock, until, is_over);
    wake_at_ = 0;
  }

  /// Will enough jobs come while a batch lingers, going by those of the last moments?
  [[nodiscard]] bool is_flood() const {
    constexpr double worth_it = 16;
    return rate_ * std::chrono::duration<double>(limits_.linger).count() >= worth_it;
  }

  void count(std::size_t jobs, Clock::time_point now) {
    constexpr double remembered_s = 0.05;
    const double passed_s = std::chrono::duration<double>(now - counted_at_).count();
    rate_ = (rate_ * remembered_s + static_cast<double>(jobs)) / (remembered_s + passed_s);
    counted_at_ = now;
  }

  [[nodiscard]] std::size_t waiting() const { return queue_.size() - taken_; }

  const LaneLimits limits_;
  const Work work_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> queue_;   ///< guarded by `mutex_`
  std::size_t taken_ = 0;    ///< guarded by `mutex_`: jobs at the front of `queue_` that are gone already
  std::size_t wake_at_ = 0;  ///< guarded by `mutex_`: jobs that wake the thread; 0: it works
  bool closing_ = false;     ///< guarded by `mutex_`
  double rate_ = 0;          ///< jobs a second, of late
  Clock::time_point counted_at_ = Clock::now();
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace contactor::store
