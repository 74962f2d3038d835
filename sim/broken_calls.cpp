#include "broken_calls.h"

#include <array>
#include <memory>

#include <fmt/format.h>

namespace contactor::sim {
namespace {

// -- payments ---------------------------------------------------------------------------------------------

class BrokenPayments : public ports::Payments {
 public:
  explicit BrokenPayments(ports::Payments& inner) : inner_(inner) {}
  void move(ports::MoneyRequest request, Instant respond_by, ports::Done<Status> done) override {
    inner_.move(std::move(request), respond_by, std::move(done));
  }
  void look_up(std::string transaction_id, Instant respond_by,
               ports::Done<Result<ports::PaymentFacts>> done) override {
    inner_.look_up(std::move(transaction_id), respond_by, std::move(done));
  }

 protected:
  ports::Payments& inner_;
};

class RandomKeys final : public BrokenPayments {
 public:
  RandomKeys(ports::Payments& inner, std::uint64_t seed) : BrokenPayments(inner), dice_(seed) {}
  void move(ports::MoneyRequest request, Instant respond_by, ports::Done<Status> done) override {
    request.idempotency_key += fmt::format("-{:x}", dice_.next());
    inner_.move(std::move(request), respond_by, std::move(done));
  }

 private:
  Prng dice_;
};

/// What an unanswered movement is taken for.
class AssumesOfMoney final : public BrokenPayments {
 public:
  AssumesOfMoney(ports::Payments& inner, bool success) : BrokenPayments(inner), success_(success) {}
  void move(ports::MoneyRequest request, Instant respond_by, ports::Done<Status> done) override {
    inner_.move(std::move(request), respond_by,
                [success = success_, done = std::move(done)](Status status) mutable {
                  if (!status && status.error().applied == Applied::maybe) {
                    if (success)
                      status = Status();
                    else
                      status.error().applied = Applied::no;
                  }
                  done(std::move(status));
                });
  }

 private:
  bool success_;
};

// -- the IoT API ------------------------------------------------------------------------------------------

class BrokenIotApi : public ports::IotApi {
 public:
  explicit BrokenIotApi(ports::IotApi& inner) : inner_(inner) {}
  void configure(ports::ConfigureCommand command, Instant respond_by,
                 ports::Done<ota::CommandAnswer> done) override {
    inner_.configure(std::move(command), respond_by, std::move(done));
  }
  void status(Vin vin, std::string command_id, Instant respond_by,
              ports::Done<Result<ota::VehicleStatus>> done) override {
    inner_.status(vin, std::move(command_id), respond_by, std::move(done));
  }
  void health(Vin vin, Instant respond_by, ports::Done<Result<ota::VehicleHealth>> done) override {
    inner_.health(vin, respond_by, std::move(done));
  }
  void history(Vin vin, Instant respond_by,
               ports::Done<Result<std::vector<ota::IotHistoryItem>>> done) override {
    inner_.history(vin, respond_by, std::move(done));
  }

 protected:
  ports::IotApi& inner_;
};

class UnknownIsRefused final : public BrokenIotApi {
 public:
  using BrokenIotApi::BrokenIotApi;
  void configure(ports::ConfigureCommand command, Instant respond_by,
                 ports::Done<ota::CommandAnswer> done) override {
    inner_.configure(std::move(command), respond_by,
                     [done = std::move(done)](ota::CommandAnswer answer) mutable {
                       if (answer.kind == ota::CommandAnswer::Kind::unknown)
                         answer.kind = ota::CommandAnswer::Kind::refused;
                       done(std::move(answer));
                     });
  }
};

class AcceptedIsConfirmed final : public BrokenIotApi {
 public:
  using BrokenIotApi::BrokenIotApi;
  void configure(ports::ConfigureCommand command, Instant respond_by,
                 ports::Done<ota::CommandAnswer> done) override {
    inner_.configure(std::move(command), respond_by,
                     [done = std::move(done)](ota::CommandAnswer answer) mutable {
                       if (answer.kind == ota::CommandAnswer::Kind::accepted)
                         answer.kind = ota::CommandAnswer::Kind::confirmed;
                       done(std::move(answer));
                     });
  }
};

class OneGeneration final : public BrokenIotApi {
 public:
  using BrokenIotApi::BrokenIotApi;
  void configure(ports::ConfigureCommand command, Instant respond_by,
                 ports::Done<ota::CommandAnswer> done) override {
    command.generation = 1;
    inner_.configure(std::move(command), respond_by, std::move(done));
  }
};

template <class Broken>
std::unique_ptr<ports::IotApi> iot_of(ports::IotApi& inner) {
  return std::make_unique<Broken>(inner);
}

std::unique_ptr<ports::Payments> random_keys(Universe& universe, const LifeRef&, ports::Payments& inner) {
  return std::make_unique<RandomKeys>(inner, universe.faults.dice().next());
}
std::unique_ptr<ports::Payments> assumes_success(Universe&, const LifeRef&, ports::Payments& inner) {
  return std::make_unique<AssumesOfMoney>(inner, true);
}
std::unique_ptr<ports::Payments> assumes_nothing(Universe&, const LifeRef&, ports::Payments& inner) {
  return std::make_unique<AssumesOfMoney>(inner, false);
}

}  // namespace

std::span<const Mutant> call_mutants() {
  static const std::array all{
      Mutant{.name = "random_key",
             .breaks = "random instead of computed idempotency key",
             .caught_by = "M6",
             .payments = random_keys},
      Mutant{.name = "unknown_is_refused",
             .breaks = "a lost answer counts as a refusal",
             .caught_by = "C2",
             .iot = iot_of<UnknownIsRefused>},
      Mutant{.name = "accepted_is_confirmed",
             .breaks = "202 counts as the car's confirmation",
             .caught_by = "S13 M1",
             .iot = iot_of<AcceptedIsConfirmed>},
      Mutant{.name = "maybe_money_is_success",
             .breaks = "an unanswered movement counts as done",
             .caught_by = "M8 M10 M12",
             .payments = assumes_success},
      Mutant{.name = "maybe_money_is_nothing",
             .breaks = "an unanswered movement is repeated without a look-up",
             .caught_by = "M8",
             .payments = assumes_nothing},
      Mutant{.name = "forged_callback",
             .breaks = "callbacks are taken without their signature",
             .caught_by = "S13 M1",
             .accepts_forged = true},
      Mutant{.name = "late_yes_dropped",
             .breaks = "a confirmation after the end is acknowledged and dropped",
             .caught_by = "S12",
             .drops_late_confirmations = true},
      Mutant{.name = "one_generation",
             .breaks = "generations rise with every command",
             .caught_by = "C4",
             .iot = iot_of<OneGeneration>},
  };
  return all;
}

}  // namespace contactor::sim
