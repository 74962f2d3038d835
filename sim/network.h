#pragma once

#include <memory>

#include "ports/http.h"
#include "universe.h"

namespace contactor::sim {

/// The wires between one process and the world. What was sent arrives even when its sender has died since;
/// answers do not.
class Network final : public ports::HttpTransport {
 public:
  Network(Universe& universe, LifeRef life, const ProcessTime& time)
      : universe_(universe), life_(std::move(life)), time_(time) {}
  void send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) override;

 private:
  struct Exchange;
  using ExchangeRef = std::shared_ptr<Exchange>;
  void deliver(const ExchangeRef& exchange);
  void answer_later(const ExchangeRef& exchange, ports::HttpResponse response, Instant at);
  void break_later(const ExchangeRef& exchange, Instant at);
  void end(Exchange& exchange, Result<ports::HttpResponse> result);
  [[nodiscard]] bool is_refused(const ports::HttpRequest& request);

  Universe& universe_;
  LifeRef life_;
  const ProcessTime& time_;
};

}  // namespace contactor::sim
