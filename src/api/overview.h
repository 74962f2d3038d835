#pragma once

#include <memory>

#include "api/refreshed.h"
#include "ports/store.h"

namespace contactor::api {

/// Everything stored, counted as one moment saw it.
struct Census {
  ports::Totals totals;
  Instant counted_at;
};

/// Counting reads every row, so that it is done seldom: an answer is good for a second, or for twenty times
/// as long as the last count took. However large the store and however many look, counting has a twentieth of
/// a reader's time.
class CensusTaker {
 public:
  CensusTaker(ports::Store& store, ports::Timekeeper& time);

  using Shared = std::shared_ptr<const Census>;
  /// @errors  those of the store.
  void get(ports::Done<Result<Shared>> done);

 private:
  std::shared_ptr<Millis> took_;
  std::shared_ptr<Refreshed<Census>> census_;
};

}  // namespace contactor::api
