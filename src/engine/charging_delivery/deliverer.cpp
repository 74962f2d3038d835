#include "engine/charging_delivery/deliverer.h"

#include <algorithm>

#include "base/log.h"
#include "engine/charging_delivery/deliverer_impl.h"

namespace contactor::engine {
namespace {

constexpr Millis kSoon = Millis(20);
constexpr Millis kOtherNodeFor = std::chrono::seconds(5);  ///< until we ask for the lease again
constexpr int kScanShare = 20;  ///< reading the endpoints takes at most this part of the time
constexpr Millis kStopMost = std::chrono::seconds(8);

}  // namespace

Deliverer::Deliverer(Params params) : impl_(std::make_unique<Impl>(std::move(params))) {}
Deliverer::~Deliverer() = default;
void Deliverer::start() { impl_->start(); }
void Deliverer::stop(std::move_only_function<void()> done) { impl_->stop(std::move(done)); }
void Deliverer::wake() { impl_->wake(); }
const DeliveryCounters& Deliverer::counters() const { return impl_->counters(); }

Deliverer::Impl::Impl(Params params) : params_(std::move(params)) {
  if (params_.leases != nullptr)
    lease_.emplace(LeaseKeeper::Params{.store = *params_.leases,
                                       .time = params_.time,
                                       .name = "charging-delivery",
                                       .holder = params_.holder,
                                       .term = params_.settings.lease_term,
                                       .call_takes_at_most = params_.settings.answer_within});
}

bool Deliverer::Impl::may_act() const { return !stopping_ && (!lease_ || lease_->covers_a_call()); }

void Deliverer::Impl::start() {
  if (lease_) take_lease();
  tick();
}

void Deliverer::Impl::take_lease() {
  lease_->take(later([](Impl& impl, const Result<ports::FleetLease>& lease) {
    if (impl.stopping_) return;
    if (lease && lease->granted) return impl.wake();
    impl.params_.time.call_at(impl.now() + kOtherNodeFor, impl.later([](Impl& again) {
      if (!again.stopping_) again.take_lease();
    }));
  }));
}

void Deliverer::Impl::tick() {
  if (stopping_) return;
  counters_.delivers = may_act();
  if (!scanning_ && now() >= next_scan_ && may_act()) {
    scanning_ = true;
    scan_began_ = now();
    seen_ = {};
    scan_page({});
  }
  params_.time.call_at(now() + params_.settings.scan_every, later([](Impl& impl) { impl.tick(); }));
}

void Deliverer::Impl::wake() {
  if (stopping_ || look_again_) return;
  look_again_ = true;
  params_.time.call_at(now() + kSoon, later([](Impl& impl) {
                         if (impl.stopping_ || impl.scanning_) return;
                         impl.look_again_ = false;
                         if (!impl.may_act()) return;
                         impl.scanning_ = true;
                         impl.scan_began_ = impl.now();
                         impl.seen_ = {};
                         impl.scan_page({});
                       }));
}

void Deliverer::Impl::scan_page(EndpointId after) {
  const std::size_t page = params_.settings.page;
  params_.store.targets(
      std::move(after), page, later([page](Impl& impl, Result<std::vector<ports::DeliveryTarget>> targets) {
        if (!targets) log::warn("delivery", "endpoints cannot be read: {}", targets.error().message());
        if (!targets || !impl.may_act()) return impl.end_scan();
        const bool is_last = targets->size() < page;
        const EndpointId last = targets->empty() ? EndpointId() : targets->back().subscription.link.id;
        for (auto& target : *targets) impl.look_at(std::move(target));
        impl.pump();
        if (is_last) return impl.end_scan();
        impl.scan_page(last);
      }));
}

void Deliverer::Impl::end_scan() {
  scanning_ = false;
  const Millis took = now() - scan_began_;
  next_scan_ = now() + std::min<Millis>(took * kScanShare, std::chrono::minutes(1));
  counters_.endpoints = seen_.endpoints;
  counters_.oldest_due = seen_.oldest_due;
  trusted_lanes_ = static_cast<std::size_t>(
      std::ranges::count_if(lanes_, [this](const auto& lane) { return !is_slow_lane(lane.second); }));
  std::erase_if(lanes_, [](const auto& lane) { return !lane.second.is_busy() && !lane.second.is_queued; });
  if (std::exchange(look_again_, false)) wake();
}

void Deliverer::Impl::stop(std::move_only_function<void()> done) {
  stopping_ = true;
  counters_.delivers = false;
  stopped_ = std::move(done);
  give_back();
  params_.time.call_at(now() + kStopMost, later([](Impl& impl) {
                         if (impl.stopped_) std::exchange(impl.stopped_, nullptr)();
                       }));
  end_if_done();
}

void Deliverer::Impl::give_back() {
  for (auto& [id, lane] : lanes_) give_back(id, lane);
}

void Deliverer::Impl::end_if_done() {
  if (!stopping_ || !stopped_ || in_flight_ > 0 || concluding_ || !ended_.empty()) return;
  auto done = std::exchange(stopped_, nullptr);
  if (!lease_) return done();
  lease_->release(std::move(done));
}

}  // namespace contactor::engine
