#pragma once

#include <map>

#include "engine/engine.h"
#include "ota/builders.h"
#include "store/memory/store.h"

namespace contactor::engine::testing {

/// Time that moves only when a test says so; everything due by then has happened when `run_for` returns.
class ManualTime final : public ports::Timekeeper {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  void call_at(Instant at, std::move_only_function<void()> action) override {
    if (!at.is_never()) queue_.emplace(std::pair(std::max(at, now_), ++sequence_), std::move(action));
  }
  void run_for(Millis span) {
    const Instant end = now_ + span;
    while (!queue_.empty() && queue_.begin()->first.first <= end) {
      auto action = std::move(queue_.extract(queue_.begin()));
      now_ = action.key().first;
      action.mapped()();
    }
    now_ = end;
  }
  /// Sets the clock; what is waited for still takes as long as it would have.
  void set_forward(Millis by) {
    now_ = now_ + by;
    decltype(queue_) moved;
    for (auto& [when, action] : queue_)
      moved.emplace(std::pair(when.first + by, when.second), std::move(action));
    queue_ = std::move(moved);
  }

 private:
  Instant now_ = ota::testing::kStart;
  std::uint64_t sequence_ = 0;
  std::map<std::pair<Instant, std::uint64_t>, std::move_only_function<void()>> queue_;
};

class CountingEntropy final : public ports::Entropy {
 public:
  [[nodiscard]] std::uint64_t next() override { return ++value_; }

 private:
  std::uint64_t value_ = 0;
};

/// An IoT API whose answers a test decides; every call is answered `answers_after` later.
class FakeIot final : public ports::IotApi {
 public:
  explicit FakeIot(ManualTime& time) : time_(time) {}
  using Kind = ota::CommandAnswer::Kind;

  void configure(ports::ConfigureCommand command, Instant, ports::Done<ota::CommandAnswer> done) override {
    commands.push_back(command);
    if (silent) return;
    after(std::move(done), on_configure(command));
  }
  void status(Vin, std::string command_id, Instant, ports::Done<Result<ota::VehicleStatus>> done) override {
    status_calls += 1;
    if (!silent) after(std::move(done), on_status(command_id));
  }
  void health(Vin, Instant, ports::Done<Result<ota::VehicleHealth>> done) override {
    health_calls += 1;
    if (!silent) after(std::move(done), on_health());
  }
  void history(Vin, Instant, ports::Done<Result<std::vector<ota::IotHistoryItem>>> done) override {
    history_calls += 1;
    if (!silent) after(std::move(done), on_history());
  }

  static ota::CommandAnswer answer(Kind kind) { return {.kind = kind, .failure = {}, .retry_after = {}}; }
  static ota::CommandAnswer refusal(ota::FailureCategory category, int status = 503) {
    return {.kind = Kind::refused,
            .failure = {.category = category, .http_status = status, .code = "x", .message = "y"},
            .retry_after = {}};
  }
  static ota::VehicleStatus online(ota::CommandStatus command = ota::CommandStatus::unknown) {
    ota::VehicleStatus status;
    status.online = true;
    status.command = command;
    return status;
  }

  std::vector<ports::ConfigureCommand> commands;
  int status_calls = 0;
  int history_calls = 0;
  int health_calls = 0;
  bool silent = false;  ///< nothing is ever answered
  Millis answers_after{1};
  std::function<ota::CommandAnswer(const ports::ConfigureCommand&)> on_configure = [](const auto&) {
    return answer(Kind::confirmed);
  };
  std::function<Result<ota::VehicleStatus>(const std::string&)> on_status = [](const auto&) {
    return online();
  };
  std::function<Result<std::vector<ota::IotHistoryItem>>()> on_history = [] {
    return std::vector<ota::IotHistoryItem>();
  };
  std::function<Result<ota::VehicleHealth>()> on_health = [] {
    return ota::VehicleHealth{.reachable = true};
  };

 private:
  template <class T>
  void after(ports::Done<T> done, T value) {
    time_.call_at(time_.now() + answers_after,
                  [done = std::move(done), value = std::move(value)]() mutable { done(std::move(value)); });
  }
  ManualTime& time_;
};

class FakePayments final : public ports::Payments {
 public:
  explicit FakePayments(ManualTime& time) : time_(time) {}
  void move(ports::MoneyRequest request, Instant, ports::Done<Status> done) override {
    moves.push_back(request);
    if (silent) return;
    time_.call_at(time_.now() + Millis(1),
                  [status = on_move(request), done = std::move(done)]() mutable { done(std::move(status)); });
  }
  void look_up(std::string, Instant, ports::Done<Result<ports::PaymentFacts>> done) override {
    look_ups += 1;
    time_.call_at(time_.now() + Millis(1),
                  [facts = facts, done = std::move(done)]() mutable { done(std::move(facts)); });
  }
  std::vector<ports::MoneyRequest> moves;
  int look_ups = 0;
  bool silent = false;  ///< a movement is never answered
  Result<ports::PaymentFacts> facts =
      ports::PaymentFacts{.phase = ports::PaymentFacts::Phase::held, .authorized = 1290};
  std::function<Status(const ports::MoneyRequest&)> on_move = [](const auto&) { return Status(); };

 private:
  ManualTime& time_;
};

class FakeMail final : public ports::Mail {
 public:
  void send(ports::MailMessage message, Instant, ports::Done<Status> done) override {
    mails.push_back(std::move(message));
    done({});
  }
  std::vector<ports::MailMessage> mails;
};

/// One engine over a disk that outlives it.
struct Bench {
  Bench() { boot(); }
  void boot() {
    store = std::make_unique<store::memory::Store>(disk, time, store_params);
    engine = std::make_unique<Engine>(Ports{.time = time,
                                            .entropy = entropy,
                                            .store = *store,
                                            .iot = iot,
                                            .stripe = &payments,
                                            .shop = nullptr,
                                            .mail = &mail,
                                            .push = nullptr},
                                      settings);
    engine->start([](Status status) { CTR_ASSERT(status.has_value()); });
    time.run_for(Millis(0));
  }
  /// kill -9: everything in memory is gone, only what was committed stays.
  void crash() {
    engine.reset();
    store.reset();
  }
  ActivationId order(ota::Order what = ota::testing::an_order()) {
    ActivationId id;
    engine->accept(std::move(what), {}, [&](Result<Accepted> accepted) {
      last = std::move(accepted);
      if (last) id = last->activation.id;
    });
    time.run_for(Millis(0));
    return id;
  }
  const ota::Activation& at(ActivationId id) {
    const auto* found = disk.find(id);
    CTR_ASSERT(found != nullptr);
    return *found;
  }

  ManualTime time;
  CountingEntropy entropy;
  store::memory::Disk disk;
  FakeIot iot{time};
  FakePayments payments{time};
  FakeMail mail;
  Settings settings;
  store::memory::StoreParams store_params;
  std::unique_ptr<store::memory::Store> store;
  std::unique_ptr<Engine> engine;
  Result<Accepted> last = fail(ErrorKind::internal, "test", "nothing asked yet");
};

inline ota::Order another_order(std::string id, std::string service, std::string vin = "WVWZZZ1JZXW000001") {
  ota::Order order = ota::testing::an_order();
  order.order_id = OrderId(std::move(id));
  order.service_id = ServiceId(std::move(service));
  order.vin = *Vin::parse(vin);
  order.payment.transaction_id = "pi_" + order.order_id.str();
  return order;
}

}  // namespace contactor::engine::testing
