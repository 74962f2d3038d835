#pragma once

#include <functional>
#include <memory>

#include "task/loop.h"

namespace contactor::task {

/// Turns SIGINT and SIGTERM into calls on the loop while it lives; SIGPIPE is ignored for the whole process.
class Signals {
 public:
  /// @param on_signal  gets 1 for the first signal (finish cleanly), 2 for the second (leave now), and so on.
  Signals(Loop& loop, std::move_only_function<void(int count)> on_signal);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace contactor::task
