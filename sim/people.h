#pragma once

#include <map>
#include <string>

#include "cluster.h"
#include "universe.h"

namespace contactor::sim {

/// What the people saw and were promised.
struct PeopleRecord {
  std::map<std::string, ActivationId> accepted;  ///< by order id: acknowledged, so it must not be lost
  std::map<std::string, std::string> replies;    ///< by idempotency key: what was answered first
  std::uint64_t orders = 0, refused = 0, repeated = 0, cancels = 0, canceled = 0, desk_acts = 0,
                started_by_desk = 0;
  std::vector<std::string> complaints;  ///< an answer that breaks the promise of an earlier one
};

/// Shops, customers, operators and technicians: they order, repeat, cancel and work on tickets until they
/// have an answer.
class People {
 public:
  People(Universe& universe, Cluster& cluster);
  /// Plans everything that the scenario says.
  void begin();
  /// After the hurting nobody asks for anything new.
  void go_home() { at_work_ = false; }
  [[nodiscard]] const PeopleRecord& record() const { return record_; }
  /// Orders that still wait for their first answer.
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

 private:
  struct Purchase {
    ota::Order order;
    std::string key;
    int tries = 0;
    bool first = false;
    bool other_facts = false;
    std::optional<Instant> cancel_at;
  };
  using PurchaseRef = std::shared_ptr<Purchase>;

  void plan_order(const OrderPlan& plan);
  void pay(const ota::Order& order);
  void take_by_itself(const std::string& payment);
  void place(const PurchaseRef& purchase);
  void placed(const PurchaseRef& purchase, const Result<engine::Accepted>& answer);
  void taken(const Purchase& purchase, const engine::Accepted& accepted);
  void try_later(const PurchaseRef& purchase);
  void cancel(ActivationId id, int tries);
  void look_at_desk();
  void work_on(const ota::Ticket& ticket);
  [[nodiscard]] engine::TicketOrder draw_act(const ota::Ticket& ticket);

  Universe& universe_;
  Cluster& cluster_;
  Prng dice_;
  PeopleRecord record_;
  bool at_work_ = true;
  std::size_t waiting_ = 0;
  std::uint64_t extra_payments_ = 0;
};

}  // namespace contactor::sim
