#pragma once

#include "gateways/stripe/endpoints.h"
#include "ports/payments.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::stripe {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  Account account;
};

/// Holds and refunds at Stripe. One attempt a call. Thread: the engine's. Must outlive its transport's calls.
class Gateway : public ports::Payments {
 public:
  explicit Gateway(GatewayParams params);

  void move(ports::MoneyRequest request, Instant respond_by, ports::Done<Status> done) override;
  /// The payment and then all its refunds, at most 1000: beyond that it is a protocol error.
  void look_up(std::string transaction_id, Instant respond_by,
               ports::Done<Result<ports::PaymentFacts>> done) override;

 private:
  struct LookUp;
  void read_refunds(std::unique_ptr<LookUp> look_up);
  void continue_refunds(std::unique_ptr<LookUp> look_up, const ports::HttpResponse& page);

  ports::HttpTransport& transport_;
  ports::Timekeeper& timekeeper_;
  Account account_;
};

}  // namespace contactor::gateways::stripe
