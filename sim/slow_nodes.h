#pragma once

#include "ports/nodes.h"
#include "universe.h"

namespace contactor::sim {

/// One process's beats on their way to the store: while it is cut off they fail, or are never answered.
/// Letters are not used here: people and the world ask the right node themselves.
class SlowNodes final : public ports::Nodes {
 public:
  SlowNodes(Universe& universe, LifeRef life, ports::Nodes& inner, const Instant& away_until)
      : universe_(universe), life_(std::move(life)), inner_(inner), away_until_(away_until) {}

  void beat(ports::Heartbeat heartbeat, ports::Done<Result<ports::NodeView>> done) override;
  void send(ports::Letter letter, Millis patience, ports::Done<Result<std::string>> done) override {
    inner_.send(std::move(letter), patience, std::move(done));
  }
  void receive(std::function<void(ports::Letter)> take) override { inner_.receive(std::move(take)); }
  void answer(ports::Letter letter, ports::Done<Status> done) override {
    inner_.answer(std::move(letter), std::move(done));
  }

 private:
  Universe& universe_;
  LifeRef life_;
  ports::Nodes& inner_;
  const Instant& away_until_;
};

}  // namespace contactor::sim
