#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "engine/charging_delivery/deliverer.h"
#include "engine/fleet/lease_keeper.h"

namespace contactor::engine {

using EndpointId = charging::IdOf<charging::ClientService>;

/// A delivery that is ours until `ends`.
struct ClaimedDelivery {
  ports::Delivery delivery;
  Instant ends;
};

/// One endpoint that has something to do.
struct DeliveryLane {
  charging::Subscription to;
  charging::EndpointHealth health;
  charging::EndpointHealth saved;      ///< as the store has it
  std::optional<std::string> because;  ///< what `paused_because` becomes with the next save
  std::deque<ClaimedDelivery> claimed;
  std::size_t window = 1;
  std::size_t in_flight = 0;
  bool has_due = false;  ///< the store may have more that is due
  bool claiming = false;
  bool moving = false;
  bool probing = false;  ///< one delivery finds out whether a disabled endpoint is back
  bool saving = false;
  bool is_queued = false;

  [[nodiscard]] bool is_busy() const {
    return in_flight > 0 || claiming || moving || saving || probing || !claimed.empty();
  }
};

class Deliverer::Impl {
 public:
  explicit Impl(Params params);

  void start();
  void stop(std::move_only_function<void()> done);
  void wake();
  [[nodiscard]] const DeliveryCounters& counters() const { return counters_; }

 private:
  using Standing = charging::EndpointHealth::Standing;
  using Status = charging::DeliveryStatus;

  // deliverer.cpp: when anything is done at all
  void take_lease();
  [[nodiscard]] bool may_act() const;
  void tick();
  void scan_page(EndpointId after);
  void end_scan();
  void give_back();
  void end_if_done();
  [[nodiscard]] Instant now() const { return params_.time.now(); }
  /// Wraps what comes later, so that it is dropped when this is gone.
  template <class Then>
  auto later(Then then) {
    return [self = std::weak_ptr(self_), then = std::move(then)](auto&&... arguments) mutable {
      if (const auto still = self.lock()) then(**still, std::forward<decltype(arguments)>(arguments)...);
    };
  }

  // lanes.cpp: what each endpoint needs
  void look_at(ports::DeliveryTarget target);
  void look_at_resting(const EndpointId& id, DeliveryLane& lane, const ports::DeliveryTarget& target);
  void look_at_working(const EndpointId& id, DeliveryLane& lane, const ports::DeliveryTarget& target);
  void move(const EndpointId& id, std::vector<Status> from, Status to);
  void probe(const EndpointId& id);
  void claim(const EndpointId& id, std::size_t limit);
  void save_health(const EndpointId& id);
  void enqueue(const EndpointId& id);
  [[nodiscard]] DeliveryLane* find(const EndpointId& id);
  [[nodiscard]] bool is_slow_lane(const DeliveryLane& lane) const;

  // attempts.cpp: one message, its answer, and what is put on record
  void pump();
  [[nodiscard]] bool send_one(const EndpointId& id, DeliveryLane& lane);
  [[nodiscard]] std::size_t places_of(const DeliveryLane& lane) const;
  void send(const EndpointId& id, DeliveryLane& lane, ports::Delivery delivery);
  void answered(const EndpointId& id, ports::Delivery delivery, Instant began,
                const Result<ports::HttpResponse>& answer);
  void change_pace(const EndpointId& id, DeliveryLane& lane, const charging::DeliveryStep& step);
  void give_back(const EndpointId& id, DeliveryLane& lane);
  void put_on_record(const EndpointId& id, ports::DeliveryResult result);
  void conclude();
  void concluded(const std::vector<EndpointId>& ids);

  Params params_;
  std::optional<LeaseKeeper> lease_;
  DeliveryCounters counters_;
  DeliveryCounters seen_;  ///< what the scan under way has counted
  std::map<EndpointId, DeliveryLane> lanes_;
  std::deque<EndpointId> ready_;
  std::size_t in_flight_ = 0;
  std::size_t slow_in_flight_ = 0;
  std::size_t trusted_lanes_ = 0;  ///< at the last look
  struct Ended {
    EndpointId id;
    ports::DeliveryResult result;
  };
  std::deque<Ended> ended_;
  bool concluding_ = false;
  bool scanning_ = false;
  bool look_again_ = false;
  bool pumping_ = false;
  bool stopping_ = false;
  Instant scan_began_;
  Instant next_scan_;
  std::move_only_function<void()> stopped_;
  std::shared_ptr<Impl*> self_ = std::make_shared<Impl*>(this);
};

}  // namespace contactor::engine
