#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace contactor::task {

/// One named thread that runs what it is given, in order: the place for calls that block.
class Worker {
 public:
  /// @param name  shown by `top -H`; the first 15 characters.
  explicit Worker(std::string name);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// False, and `action` is dropped, after `close`. Thread: any.
  bool post(std::move_only_function<void()> action);
  /// Runs what is queued, then ends the thread. Not from an action of this worker.
  void close();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::move_only_function<void()>> queue_;  ///< guarded by `mutex_`
  bool closing_ = false;                                ///< guarded by `mutex_`
  std::thread thread_;
};

}  // namespace contactor::task
