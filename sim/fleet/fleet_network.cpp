#include "fleet/fleet_network.h"

#include <fmt/format.h>

#include "fleet/fleet_witness.h"

namespace contactor::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Error broken(ErrorKind kind, Applied applied, std::string detail) {
  return {
      .kind = kind, .applied = applied, .retry_after = {}, .origin = "network", .detail = std::move(detail)};
}

/// The same request with credentials that are not ours.
void spoil(ports::HttpRequest& request) {
  for (const auto& [ours, wrong] :
       {std::pair<std::string_view, std::string_view>{"fleet-secret", "other-secret"},
        {"client_id=contactor&", "client_id=another&"},
        {"client_id=contactor", "client_id=another"}})
    if (const auto at = request.body.find(ours); at != std::string::npos)
      request.body.replace(at, ours.size(), wrong);
}

}  // namespace

struct FleetNetwork::Exchange {
  ports::HttpRequest request;
  Address address;
  ports::Done<Result<ports::HttpResponse>> done;
  bool ended = false;
};

Address address_of(const ports::HttpRequest& request) {
  std::string_view path = request.url;
  path.remove_prefix(std::min(path.find("://"), path.size() - 3) + 3);
  path.remove_prefix(std::min(path.find('/'), path.size()));
  if (!path.empty()) path.remove_prefix(1);
  std::string_view name = path.substr(0, path.find('/'));
  Address address{
      .cloud = {}, .is_login = name.ends_with("-auth") || path.ends_with("api/auth/login"), .credential = {}};
  if (name.ends_with("-auth")) name.remove_suffix(5);
  address.cloud = name;
  if (address.is_login && name == "tesla") address.credential = request.body;
  return address;
}

void FleetNetwork::send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) {
  if (!life_->alive || universe_.crashes(FleetFault::crash_before_call, life_)) return;
  Clock& clock = universe_.clock;
  FleetFaults& faults = universe_.faults;
  const Instant now = clock.now();
  const Instant named = request.respond_by;
  const Instant deadline = named.is_never() ? now + minutes(1) : time_.true_moment(named);
  const Address address = address_of(request);
  auto exchange = std::make_shared<Exchange>(
      Exchange{.request = std::move(request), .address = address, .done = std::move(done)});
  universe_.note(exchange->request.url);
  universe_.witness->request_sent(*life_, address);
  const bool slack_is_dead = address.cloud == "slack" && now < universe_.slack_dead_until;
  if (slack_is_dead || faults.strikes(FleetFault::net_refused))
    return answer_later(exchange, fail(broken(ErrorKind::unavailable, Applied::no, "connection refused")),
                        now + universe_.between(Millis(1), Millis(20)));
  answer_later(exchange, fail(broken(ErrorKind::timed_out, Applied::maybe, "no answer in time")), deadline);
  if (faults.strikes(FleetFault::net_request_lost)) return;
  const Instant arrives = now + universe_.between(Millis(1), Millis(15));
  clock.plan(arrives, nullptr, [this, exchange, life = life_, universe = &universe_] {
    if (life->alive) return deliver(exchange);
    static_cast<void>(universe->world.handle(exchange->request, universe->clock.now()));
  });
}

void FleetNetwork::deliver(const ExchangeRef& exchange) {
  FleetFaults& faults = universe_.faults;
  const Instant now = universe_.clock.now();
  const auto refused = universe_.sign_in_refused_until.find(exchange->address.cloud);
  if (exchange->address.is_login && refused != universe_.sign_in_refused_until.end() && now < refused->second)
    spoil(exchange->request);
  world::Reply reply = universe_.world.handle(exchange->request, now);
  if (universe_.crashes(FleetFault::crash_after_call, life_)) return;
  if (reply.fate == world::Fate::hang || faults.strikes(FleetFault::net_hang)) return;
  if (reply.fate != world::Fate::delivered || faults.strikes(FleetFault::net_reply_lost))
    return answer_later(
        exchange, fail(broken(ErrorKind::unavailable, Applied::maybe, "the connection was reset")), reply.at);
  Millis travel = universe_.between(Millis(1), Millis(15));
  if (faults.strikes(FleetFault::net_slow)) travel += universe_.between(seconds(1), seconds(40));
  answer_later(exchange, std::move(reply.response), reply.at + travel);
}

void FleetNetwork::answer_later(const ExchangeRef& exchange, Result<ports::HttpResponse> answer, Instant at) {
  universe_.clock.plan(at, life_, [this, exchange, answer = std::move(answer)]() mutable {
    end(*exchange, std::move(answer));
  });
}

void FleetNetwork::end(Exchange& exchange, Result<ports::HttpResponse> result) {
  if (exchange.ended) return;
  exchange.ended = true;
  universe_.note(result ? fmt::format("{}", result->status) : to_string(result.error().kind));
  universe_.witness->request_ended(*life_, exchange.address, result ? &*result : nullptr);
  auto done = std::move(exchange.done);
  done(std::move(result));
}

}  // namespace contactor::sim
