#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ports/fleet_store.h"
#include "ports/timekeeper.h"

namespace contactor::engine {

/// Holds one named lease of the store for as long as it lives: two runs never work on one cloud. Renews it
/// four times a term. Whether calls may still be made is decided by our own clock, from the moment at which
/// the last renewal was asked for: a process that was frozen finds out by itself.
class LeaseKeeper {
 public:
  struct Params {
    ports::FleetStore& store;
    ports::Timekeeper& time;
    std::string name;
    std::string holder;
    Millis term;
    Millis call_takes_at_most;
  };
  explicit LeaseKeeper(Params params) : params_(std::move(params)) {}

  /// @param done  who holds it: us where it was granted.
  void take(ports::Done<Result<ports::FleetLease>> done);
  /// Gives it back; nothing may be called afterwards.
  void release(std::move_only_function<void()> done);
  /// A call that begins now ends while the lease still lasts.
  [[nodiscard]] bool covers_a_call() const;

 private:
  void renew_later();
  void ask(ports::Done<Result<ports::FleetLease>> done);

  Params params_;
  Millis safe_until_{0};  ///< monotonic
  bool released_ = false;
  std::shared_ptr<LeaseKeeper*> self_ = std::make_shared<LeaseKeeper*>(this);
};

}  // namespace contactor::engine
