#pragma once

#include <pthread.h>

#include <atomic>
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
};

/// Group commit: one thread takes what is queued as soon as it is free and works it off as one batch.
/// Under light load batches are small and quick, under heavy load they grow by themselves.
template <class Job>
class Lane {
 public:
  using Work = std::function<void(std::vector<Job>&)>;

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
      if (closing_ || queue_.size() - taken_ >= limits_.queued) return false;
      queue_.push_back(std::move(job));
      if (!idle_) return true;
      idle_ = false;
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
    while (taken_ == queue_.size()) {
      if (closing_) return false;
      idle_ = true;
      wake_.wait(lock, [this] { return closing_ || taken_ < queue_.size(); });
    }
    idle_ = false;
    const std::size_t end = std::min(queue_.size(), taken_ + limits_.batch);
    for (; taken_ < end; ++taken_) batch.push_back(std::move(queue_[taken_]));
    // What was taken is dropped in one go, so that a long queue costs no shifting per batch.
    if (taken_ == queue_.size() || taken_ > limits_.queued / 2) {
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken_));
      taken_ = 0;
    }
    return true;
  }

  const LaneLimits limits_;
  const Work work_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> queue_;  ///< guarded by `mutex_`
  std::size_t taken_ = 0;   ///< guarded by `mutex_`: jobs at the front of `queue_` that are gone already
  bool idle_ = false;       ///< guarded by `mutex_`
  bool closing_ = false;    ///< guarded by `mutex_`
  std::thread thread_;      // Last: it uses all of the above.
};

}  // namespace contactor::store
