#include "task/worker.h"

#include <pthread.h>

#include <utility>

namespace contactor::task {

Worker::Worker(std::string name) : thread_([this] { work(); }) {
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

Worker::~Worker() { close(); }

bool Worker::post(std::move_only_function<void()> action) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return false;
    first = queue_.empty();
    queue_.push_back(std::move(action));
  }
  if (first) wake_.notify_one();
  return true;
}

void Worker::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Worker::work() {
  std::vector<std::move_only_function<void()>> batch;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      batch.swap(queue_);
    }
    for (auto& action : batch) action();
    batch.clear();
  }
}

}  // namespace contactor::task
