#include "store/memory/charging.h"

#include "store/charging/calls.h"

namespace contactor::store::memory {
namespace {

/// Charging's port over a ChargingDisk.
class Charging final : public ChargingCalls<Charging> {
 public:
  Charging(ChargingDisk& disk, Timing& timing) : disk_(disk), timing_(timing) {}

  template <class T, class Work>
  void change(Work work, ports::Done<Result<T>> done) {
    timing_.commit<Result<T>>([this, work = std::move(work)]() mutable -> Result<T> { return work(disk_); },
                              std::move(done));
  }
  template <class T, class Work>
  void ask(Work work, ports::Done<Result<T>> done) {
    timing_.ask<Result<T>>(
        [this, work = std::move(work)]() mutable -> Result<T> { return work(std::as_const(disk_)); },
        std::move(done));
  }

 private:
  ChargingDisk& disk_;
  Timing& timing_;
};

}  // namespace

std::unique_ptr<ports::ChargingStore> make_charging(ChargingDisk& disk, Timing& timing) {
  return std::make_unique<Charging>(disk, timing);
}

}  // namespace contactor::store::memory
