#include "engine/fleet/lease_keeper.h"

#include "base/log.h"

namespace contactor::engine {

bool LeaseKeeper::covers_a_call() const {
  return !released_ && params_.time.monotonic() + params_.call_takes_at_most < safe_until_;
}

void LeaseKeeper::ask(ports::Done<Result<ports::FleetLease>> done) {
  const Millis asked_at = params_.time.monotonic();
  params_.store.claim(params_.name, params_.holder, params_.term,
                      [self = std::weak_ptr(self_), asked_at,
                       done = std::move(done)](Result<ports::FleetLease> lease) mutable {
                        const auto still = self.lock();
                        if (!still) return;
                        if (lease && lease->granted)
                          (*still)->safe_until_ = asked_at + (*still)->params_.term;
                        done(std::move(lease));
                      });
}

void LeaseKeeper::take(ports::Done<Result<ports::FleetLease>> done) {
  ask([this, done = std::move(done)](Result<ports::FleetLease> lease) mutable {
    if (lease && lease->granted) renew_later();
    done(std::move(lease));
  });
}

void LeaseKeeper::renew_later() {
  params_.time.call_at(params_.time.now() + params_.term / 4, [self = std::weak_ptr(self_)] {
    const auto still = self.lock();
    if (!still || (*still)->released_) return;
    (*still)->ask([keeper = *still](Result<ports::FleetLease> lease) {
      if (!lease)
        log::warn("fleet", "the lease {} could not be renewed: {}", keeper->params_.name,
                  lease.error().message());
      if (lease && !lease->granted)
        log::warn("fleet", "the lease {} was lost to {}", keeper->params_.name, lease->holder);
      keeper->renew_later();
    });
  });
}

void LeaseKeeper::release(std::move_only_function<void()> done) {
  released_ = true;
  params_.store.release(params_.name, params_.holder, [done = std::move(done)](Status) mutable { done(); });
}

}  // namespace contactor::engine
