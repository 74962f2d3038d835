#pragma once

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/result.h"
#include "ports/timekeeper.h"

namespace contactor::task {

/// Numbers from the kernel, fetched in blocks. Thread: one.
class SystemEntropy final : public ports::Entropy {
 public:
  [[nodiscard]] std::uint64_t next() override {
    if (used_ == block_.size()) refill();
    // A number that was handed out does not stay in memory.
    return std::exchange(block_[used_++], 0);
  }

 private:
  void refill() {
    // Blocks of up to 256 bytes come whole once the kernel's pool is ready; before that the call waits.
    ssize_t got = -1;
    do {
      got = getrandom(block_.data(), sizeof block_, 0);
    } while (got < 0 && errno == EINTR);
    CTR_ASSERT(got == static_cast<ssize_t>(sizeof block_));
    used_ = 0;
  }

  std::array<std::uint64_t, 32> block_{};
  std::size_t used_ = 32;
};

}  // namespace contactor::task
