#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "ports/http.h"
#include "ports/timekeeper.h"

namespace contactor::api {

/// Something read from the store again and again, kept for a short while. Reads that come while one is under
/// way share its answer.
template <class T>
class Refreshed : public std::enable_shared_from_this<Refreshed<T>> {
 public:
  using Shared = std::shared_ptr<const T>;
  using Load = std::function<void(ports::Done<Result<T>>)>;

  Refreshed(ports::Timekeeper& time, Millis max_age, Load load)
      : time_(time), max_age_(max_age), load_(std::move(load)) {}

  /// @errors  those of the store: what is too old is not used, even if nothing newer can be had.
  void get(ports::Done<Result<Shared>> done) { get_newer_than(max_age_, std::move(done)); }
  /// The same with another age: for a second look before something is refused.
  void get_newer_than(Millis age, ports::Done<Result<Shared>> done) {
    if (value_ && time_.now() - asked_at_ <= age && time_.now() >= asked_at_) return done(value_);
    waiting_.push_back(std::move(done));
    if (waiting_.size() > 1) return;
    const Instant asked_at = time_.now();
    load_([self = this->weak_from_this(), asked_at](Result<T> loaded) {
      if (auto alive = self.lock()) alive->loaded(std::move(loaded), asked_at);
    });
  }
  void drop() { value_.reset(); }

 private:
  void loaded(Result<T> loaded, Instant asked_at) {
    Result<Shared> answer = std::unexpected(Error{});
    if (loaded) {
      value_ = std::make_shared<const T>(std::move(*loaded));
      // Counted from the question: what changed while the answer was on its way is not in it.
      asked_at_ = asked_at;
      answer = value_;
    } else {
      answer = std::unexpected(std::move(loaded.error()));
    }
    for (auto& done : std::exchange(waiting_, {})) done(answer);
  }

  ports::Timekeeper& time_;
  Millis max_age_;
  Load load_;
  Shared value_;
  Instant asked_at_;
  std::vector<ports::Done<Result<Shared>>> waiting_;
};

}  // namespace contactor::api
