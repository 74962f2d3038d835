#pragma once

#include <memory>

#include "fleet/fleet_universe.h"
#include "ports/http.h"

namespace contactor::sim {

/// Which cloud a request goes to, and whether it asks for a token.
struct Address {
  std::string cloud;
  bool is_login = false;
  std::string credential;  ///< whose login it is, where a cloud has one a fleet
};
[[nodiscard]] Address address_of(const ports::HttpRequest& request);

/// The wires between one process and the makers' clouds. What was sent arrives even when its sender has died
/// since; answers do not.
class FleetNetwork final : public ports::HttpTransport {
 public:
  FleetNetwork(FleetUniverse& universe, LifeRef life, const ProcessTime& time)
      : universe_(universe), life_(std::move(life)), time_(time) {}
  void send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) override;

 private:
  struct Exchange;
  using ExchangeRef = std::shared_ptr<Exchange>;
  void deliver(const ExchangeRef& exchange);
  void answer_later(const ExchangeRef& exchange, Result<ports::HttpResponse> answer, Instant at);
  void end(Exchange& exchange, Result<ports::HttpResponse> result);

  FleetUniverse& universe_;
  LifeRef life_;
  const ProcessTime& time_;
};

}  // namespace contactor::sim
