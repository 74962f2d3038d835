#include "network.h"

#include <fmt/format.h>

namespace contactor::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kBodyMax = 1 << 20;  // What the real transports take of an answer.

Error broken(ErrorKind kind, Applied applied, std::string detail) {
  return {
      .kind = kind, .applied = applied, .retry_after = {}, .origin = "network", .detail = std::move(detail)};
}

}  // namespace

struct Network::Exchange {
  ports::HttpRequest request;
  ports::Done<Result<ports::HttpResponse>> done;
  bool ended = false;
};

bool Network::is_refused(const ports::HttpRequest& request) {
  const Instant now = universe_.clock.now();
  const bool iot = request.url.find("/iot") != std::string::npos;
  const bool stripe = request.url.find("/stripe/") != std::string::npos;
  if (iot && now < universe_.iot_down_until) return true;
  if (stripe && now < universe_.stripe_down_until) return true;
  return universe_.faults.strikes(Fault::net_refused);
}

void Network::send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) {
  if (!life_->alive || universe_.crashes(Fault::crash_before_effect, life_)) return;
  Clock& clock = universe_.clock;
  Faults& faults = universe_.faults;
  auto exchange =
      std::make_shared<Exchange>(Exchange{.request = std::move(request), .done = std::move(done)});
  const Instant now = clock.now();
  const Instant named = exchange->request.respond_by;
  const Instant deadline = named.is_never() ? now + minutes(1) : time_.true_moment(named);
  if (is_refused(exchange->request)) {
    clock.plan(now + universe_.between(Millis(1), Millis(20)), life_, [this, exchange] {
      end(*exchange, fail(broken(ErrorKind::unavailable, Applied::no, "connection refused")));
    });
    return;
  }
  universe_.note(exchange->request.url);
  universe_.observer->request_sent(*life_, exchange->request);
  clock.plan(deadline, life_, [this, exchange] {
    end(*exchange, fail(broken(ErrorKind::timed_out, Applied::maybe, "no answer in time")));
  });
  if (faults.strikes(Fault::net_request_lost)) return;
  Millis travel = universe_.between(Millis(1), Millis(15));
  // A request that travels longer than its sender waits is given up by the sender's side of the connection.
  if (faults.strikes(Fault::net_slow_request)) travel += universe_.between(seconds(1), seconds(25));
  const Instant arrives = now + travel;
  if (arrives > deadline) return;
  clock.plan(arrives, nullptr, [this, exchange, life = life_, universe = &universe_] {
    // The network object dies with its process, the wire does not.
    if (life->alive) return deliver(exchange);
    static_cast<void>(universe->world.handle(exchange->request, universe->clock.now()));
  });
  if (faults.strikes(Fault::net_duplicate))
    clock.plan(arrives + universe_.between(Millis(1), seconds(20)), nullptr,
               [exchange, universe = &universe_] {
                 static_cast<void>(universe->world.handle(exchange->request, universe->clock.now()));
               });
}

void Network::deliver(const ExchangeRef& exchange) {
  auto& faults = universe_.faults;
  world::Reply reply = universe_.world.handle(exchange->request, universe_.clock.now());
  if (universe_.crashes(Fault::crash_after_effect, life_)) return;
  switch (reply.fate) {
    case world::Fate::hang:
      return;
    case world::Fate::lost_before:
    case world::Fate::lost_after:
      if (faults.dice().chance(0.5)) break_later(exchange, reply.at);
      return;
    case world::Fate::delivered:
      break;
  }
  if (faults.strikes(Fault::net_hang)) return;
  if (faults.strikes(Fault::net_reply_lost)) return break_later(exchange, reply.at);
  Millis travel = universe_.between(Millis(1), Millis(15));
  if (faults.strikes(Fault::net_slow_reply)) travel += universe_.between(seconds(1), seconds(40));
  answer_later(exchange, std::move(reply.response), reply.at + travel);
}

void Network::answer_later(const ExchangeRef& exchange, ports::HttpResponse response, Instant at) {
  universe_.clock.plan(at, life_, [this, exchange, response = std::move(response)]() mutable {
    if (response.body.size() > kBodyMax)
      return end(*exchange, fail(broken(ErrorKind::protocol, Applied::maybe, "the answer is too large")));
    end(*exchange, std::move(response));
  });
}

void Network::break_later(const ExchangeRef& exchange, Instant at) {
  universe_.clock.plan(at, life_, [this, exchange] {
    end(*exchange, fail(broken(ErrorKind::unavailable, Applied::maybe, "the connection was reset")));
  });
}

void Network::end(Exchange& exchange, Result<ports::HttpResponse> result) {
  if (exchange.ended) return;
  exchange.ended = true;
  universe_.note(result ? fmt::format("{}", result->status) : to_string(result.error().kind));
  universe_.observer->request_ended(exchange.request, result ? &*result : nullptr);
  auto done = std::move(exchange.done);
  done(std::move(result));
}

}  // namespace contactor::sim
