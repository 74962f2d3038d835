#include "gateways/stripe/gateway.h"

#include "gateways/stripe/wire.h"

namespace contactor::gateways::stripe {
namespace {

using Answer = Result<ports::HttpResponse>;

constexpr int kRefundPagesMax = 10;

std::unexpected<Error> unsent(std::string detail) {
  return fail(ErrorKind::invalid, "stripe", std::move(detail));
}

std::unexpected<Error> harmless(Error error) {
  error.applied = Applied::no;
  return fail(std::move(error));
}

Status check(const ports::MoneyRequest& request) {
  if (request.transaction_id.empty()) return unsent("a movement of money without its payment");
  if (request.idempotency_key.empty() || request.idempotency_key.size() > 255)
    return unsent("an idempotency key has 1 to 255 characters");
  if (request.purpose != ports::MoneyPurpose::release && request.amount.minor_units <= 0)
    return unsent("an amount above zero is needed");
  return {};
}

}  // namespace

struct Gateway::LookUp {
  std::string transaction_id;
  Instant respond_by;
  ports::Done<Result<ports::PaymentFacts>> done;
  ports::PaymentFacts facts;
  std::string after;
  int pages = 0;
};

Gateway::Gateway(GatewayParams params)
    : transport_(params.transport), timekeeper_(params.timekeeper), account_(std::move(params.account)) {}

void Gateway::move(ports::MoneyRequest request, Instant respond_by, ports::Done<Status> done) {
  if (auto checked = check(request); !checked) return done(std::move(checked));
  auto http = move_request(account_, request);
  http.respond_by = respond_by;
  transport_.send(std::move(http), [this, request = std::move(request),
                                    done = std::move(done)](Answer answer) mutable {
    done(answer ? read_move(*answer, request, timekeeper_.now()) : Status(fail(std::move(answer.error()))));
  });
}

void Gateway::look_up(std::string transaction_id, Instant respond_by,
                      ports::Done<Result<ports::PaymentFacts>> done) {
  if (transaction_id.empty()) return done(unsent("a look-up without a payment"));
  auto request = payment_request(account_, transaction_id);
  request.respond_by = respond_by;
  auto look_up = std::make_unique<LookUp>(LookUp{.transaction_id = std::move(transaction_id),
                                                 .respond_by = respond_by,
                                                 .done = std::move(done),
                                                 .facts = {},
                                                 .after = {}});
  transport_.send(std::move(request), [this, look_up = std::move(look_up)](Answer answer) mutable {
    if (!answer) return look_up->done(harmless(std::move(answer.error())));
    auto facts = read_payment(*answer, look_up->transaction_id, timekeeper_.now());
    if (!facts) return look_up->done(std::move(facts));
    look_up->facts = *facts;
    read_refunds(std::move(look_up));
  });
}

void Gateway::read_refunds(std::unique_ptr<LookUp> look_up) {
  auto request = refunds_request(account_, look_up->transaction_id, look_up->after);
  request.respond_by = look_up->respond_by;
  transport_.send(std::move(request), [this, look_up = std::move(look_up)](Answer answer) mutable {
    if (!answer) return look_up->done(harmless(std::move(answer.error())));
    continue_refunds(std::move(look_up), *answer);
  });
}

void Gateway::continue_refunds(std::unique_ptr<LookUp> look_up, const ports::HttpResponse& page) {
  auto next = add_refunds(page, look_up->transaction_id, timekeeper_.now(), look_up->facts);
  if (!next) return look_up->done(fail(std::move(next.error())));
  if (next->empty()) return look_up->done(look_up->facts);
  if (++look_up->pages >= kRefundPagesMax)
    return look_up->done(fail(ErrorKind::protocol, "stripe", "a payment with more than 1000 refunds"));
  look_up->after = std::move(*next);
  read_refunds(std::move(look_up));
}

}  // namespace contactor::gateways::stripe
