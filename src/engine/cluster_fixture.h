#pragma once

#include "engine/engine_fixture.h"
#include "store/memory/nodes.h"

namespace contactor::engine::testing {

/// Held up while its machine stands still; nothing of it happens after its end.
struct Machine {
  bool frozen = false;
  bool alive = true;
  std::vector<std::move_only_function<void()>> held;
};

/// A machine's side of time: its wall clock may be wrong, and it may stand still while time goes on.
class MachineTime final : public ports::Timekeeper {
 public:
  MachineTime(ManualTime& time, std::shared_ptr<Machine> machine, Millis error)
      : time_(time), machine_(std::move(machine)), error_(error) {}
  [[nodiscard]] Instant now() const override { return time_.now() + error_; }
  [[nodiscard]] Millis monotonic() const override { return Millis(time_.now().millis()); }
  void call_at(Instant at, std::move_only_function<void()> action) override {
    if (at.is_never()) return;
    time_.call_at(at - error_, [machine = machine_, action = std::move(action)]() mutable {
      if (!machine->alive) return;
      if (!machine->frozen) return action();
      machine->held.push_back(std::move(action));
    });
  }

 private:
  ManualTime& time_;
  std::shared_ptr<Machine> machine_;
  Millis error_;
};

class DrawnEntropy final : public ports::Entropy {
 public:
  explicit DrawnEntropy(std::uint64_t seed) : dice_(seed) {}
  [[nodiscard]] std::uint64_t next() override { return dice_.next(); }

 private:
  Prng dice_;
};

/// One process of a cluster. Its calls to the outside go to fakes that all processes share.
class Member {
 public:
  struct Outside {
    ManualTime& time;
    store::memory::Disk& disk;
    FakeIot& iot;
    FakePayments& payments;
    FakeMail& mail;
  };
  Member(Outside outside, Settings settings, std::uint64_t process, Millis clock_error)
      : time_(outside.time),
        wall_(outside.time, machine_, clock_error),
        store_time_(outside.time, machine_, Millis(0)),
        entropy_(process),
        store_(outside.disk, store_time_, {.latency_min = Millis(1), .latency_max = Millis(3)}),
        nodes_(outside.disk, store_time_, {.latency_max = Millis(2), .process = process}),
        engine_(std::make_unique<Engine>(Ports{.time = wall_,
                                               .entropy = entropy_,
                                               .store = store_,
                                               .iot = outside.iot,
                                               .stripe = &outside.payments,
                                               .shop = nullptr,
                                               .mail = &outside.mail,
                                               .push = nullptr,
                                               .nodes = &nodes_},
                                         std::move(settings))) {
    engine_->start([this](Status status) { started = std::move(status); });
  }
  ~Member() { machine_->alive = false; }
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  void freeze() { machine_->frozen = true; }
  void thaw() {
    machine_->frozen = false;
    for (auto& action : std::exchange(machine_->held, {}))
      time_.call_at(time_.now(), [machine = machine_, action = std::move(action)]() mutable {
        if (machine->alive) action();
      });
  }
  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] ports::Nodes& nodes() { return nodes_; }
  [[nodiscard]] ports::Store& store() { return store_; }
  [[nodiscard]] ports::Entropy& entropy() { return entropy_; }

  std::optional<Status> started;

 private:
  ManualTime& time_;
  std::shared_ptr<Machine> machine_ = std::make_shared<Machine>();
  MachineTime wall_;
  MachineTime store_time_;
  DrawnEntropy entropy_;
  store::memory::Store store_;
  store::memory::Nodes nodes_;
  std::unique_ptr<Engine> engine_;
};

/// Several engines over one disk.
struct Cluster {
  /// @param clock_error  of its wall clock
  Member& join(const std::string& name, Millis clock_error = {}) {
    Settings mine = settings;
    mine.node = name;
    auto& member = members[name];
    member.reset();
    member = std::make_unique<Member>(
        Member::Outside{.time = time, .disk = disk, .iot = iot, .payments = payments, .mail = mail},
        std::move(mine), ++processes, clock_error);
    return *member;
  }
  /// kill -9
  void crash(const std::string& name) { members[name].reset(); }
  Engine& engine(const std::string& name) { return members.at(name)->engine(); }
  std::size_t shards(const std::string& name) { return engine(name).counters().shards; }

  Result<Accepted> order(const std::string& at, ota::Order what = ota::testing::an_order()) {
    Result<Accepted> answer = fail(ErrorKind::internal, "test", "no answer");
    engine(at).accept(std::move(what), {}, [&](Result<Accepted> accepted) { answer = std::move(accepted); });
    time.run_for(Millis(20));
    return answer;
  }
  /// Orders where the shard is, as the API does for whoever asks elsewhere.
  ActivationId order_somewhere(const ota::Order& what = ota::testing::an_order()) {
    for (const auto& [name, member] : members)
      if (auto answer = order(name, what)) return answer->activation.id;
    return {};
  }
  /// Who holds the vehicle of the usual order.
  std::string owner(std::uint8_t shard) {
    for (const auto& [name, node] : disk.nodes)
      if (node.process == disk.leases[shard].owner) return name;
    return {};
  }
  const ota::Activation& at(ActivationId id) {
    const auto* found = disk.find(id);
    CTR_ASSERT(found != nullptr);
    return *found;
  }

  ManualTime time;
  store::memory::Disk disk;
  FakeIot iot{time};
  FakePayments payments{time};
  FakeMail mail;
  Settings settings;
  std::uint64_t processes = 0;
  std::map<std::string, std::unique_ptr<Member>> members;
};

}  // namespace contactor::engine::testing
