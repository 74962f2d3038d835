#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace contactor::ports {

/// What the lanes of a store have committed, and what waits for them. Thread: any.
class LaneBoard {
 public:
  static constexpr std::array<std::size_t, 5> kJobsBounds{1, 10, 50, 250, 1000};
  static constexpr std::array<std::int64_t, 8> kMillisBounds{1, 5, 10, 25, 100, 500, 2500, 10'000};

  struct Lane {
    std::size_t queued = 0;  ///< jobs left behind by the batch that was taken last
    std::uint64_t batches = 0;
    std::uint64_t jobs = 0;
    std::chrono::microseconds took{0};                         ///< all batches together
    std::array<std::uint64_t, kJobsBounds.size()> of_jobs{};   ///< batches of at most so many jobs
    std::array<std::uint64_t, kMillisBounds.size()> within{};  ///< batches that took at most so long
  };

  void taken(const std::string& lane, std::size_t queued) {
    const std::lock_guard lock(mutex_);
    lanes_[lane].queued = queued;
  }
  void done(const std::string& lane, std::size_t jobs, std::chrono::microseconds took) {
    const std::lock_guard lock(mutex_);
    Lane& one = lanes_[lane];
    one.batches += 1;
    one.jobs += jobs;
    one.took += took;
    for (std::size_t i = 0; i < kJobsBounds.size(); ++i) one.of_jobs[i] += jobs <= kJobsBounds[i] ? 1U : 0U;
    for (std::size_t i = 0; i < kMillisBounds.size(); ++i)
      one.within[i] += took <= std::chrono::milliseconds(kMillisBounds[i]) ? 1U : 0U;
  }
  [[nodiscard]] std::map<std::string, Lane> lanes() const {
    const std::lock_guard lock(mutex_);
    return lanes_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Lane> lanes_;  ///< guarded by `mutex_`
};

}  // namespace contactor::ports
