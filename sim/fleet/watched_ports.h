#pragma once

#include "fleet/fleet_witness.h"
#include "ports/chat.h"
#include "ports/oem_cloud.h"

namespace contactor::sim {

/// The real gateway of a cloud, with the witness beside it.
class WatchedCloud final : public ports::OemCloud {
 public:
  WatchedCloud(FleetUniverse& universe, LifeRef life, std::unique_ptr<ports::OemCloud> gateway)
      : universe_(universe), life_(std::move(life)), gateway_(std::move(gateway)) {}

  [[nodiscard]] fleet::Oem oem() const override { return gateway_->oem(); }
  [[nodiscard]] ports::CloudLimits limits() const override { return gateway_->limits(); }
  void observe(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override {
    auto answer = watched(CloudCall::observe, subjects, std::move(done));
    gateway_->observe(std::move(subjects), std::move(answer));
  }
  void activate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override {
    auto answer = watched(CloudCall::activate, subjects, std::move(done));
    gateway_->activate(std::move(subjects), std::move(answer));
  }
  void deactivate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override {
    auto answer = watched(CloudCall::deactivate, subjects, std::move(done));
    gateway_->deactivate(std::move(subjects), std::move(answer));
  }
  void describe(ports::CloudSubject subject, ports::Done<Result<fleet::ModelFacts>> done) override {
    gateway_->describe(std::move(subject), std::move(done));
  }
  void check(ports::Done<Status> done) override { gateway_->check(std::move(done)); }

 private:
  ports::Done<ports::CloudAnswers> watched(CloudCall call, const std::vector<ports::CloudSubject>& subjects,
                                           ports::Done<ports::CloudAnswers> done) {
    if (life_->alive) universe_.witness->call_began(*life_, oem(), call, subjects);
    return [this, call, subjects, began = universe_.clock.now(),
            done = std::move(done)](ports::CloudAnswers answers) mutable {
      universe_.witness->call_ended(oem(), call, began, subjects, answers);
      done(std::move(answers));
    };
  }

  FleetUniverse& universe_;
  LifeRef life_;
  std::unique_ptr<ports::OemCloud> gateway_;
};

/// The real gateway of the channel, with the witness beside it.
class WatchedChat final : public ports::Chat {
 public:
  WatchedChat(FleetUniverse& universe, ports::Chat& gateway) : universe_(universe), gateway_(gateway) {}
  void post(std::string channel, std::string text, ports::Done<Status> done) override {
    universe_.witness->told(text);
    gateway_.post(std::move(channel), std::move(text), [this, done = std::move(done)](Status told) mutable {
      if (!told) universe_.witness->disturbed();
      done(std::move(told));
    });
  }

 private:
  FleetUniverse& universe_;
  ports::Chat& gateway_;
};

}  // namespace contactor::sim
