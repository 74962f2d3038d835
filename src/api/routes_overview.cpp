// How everything stands, counted once for all who look.

#include "api/activation_codec.h"
#include "api/environment.h"
#include "api/overview.h"
#include "json/json.h"
#include "ota/ticket.h"

namespace contactor::api {
namespace {

constexpr Policy kReaders = Policy::roles({Role::viewer, Role::operator_, Role::technician, Role::admin});
constexpr Millis kFreshFor = std::chrono::seconds(1);
constexpr int kRestPerWork = 20;
constexpr std::size_t kIncidents = 100;
constexpr int kHours = 24;
constexpr Millis kHour = std::chrono::hours(1);

template <class Counts>
json::object counts_object(const Counts& counts) {
  json::object out;
  for (const auto& [what, count] : counts) out[ota::to_string(what)] = count;
  return out;
}

std::uint64_t sum_of(const ports::Totals& totals) {
  std::uint64_t sum = 0;
  for (const auto& [state, count] : totals.by_state) sum += count;
  return sum;
}

std::uint64_t count_of(const ports::Totals& totals, ota::State state) {
  for (const auto& [known, count] : totals.by_state)
    if (known == state) return count;
  return 0;
}

/// The last day, hour by hour of the clock, oldest first; the last of them is the one that still runs.
json::array hours_array(const ports::Totals& totals, Instant now) {
  json::array hours;
  const Instant running = Instant::from_millis(now.millis() - now.millis() % kHour.count());
  for (int back = kHours - 1; back >= 0; --back) {
    const Instant from = running - kHour * back;
    std::uint64_t orders = 0;
    for (const auto& [hour, count] : totals.begun_by_hour)
      if (hour == from) orders = count;
    hours.push_back(json::object{{"from", to_rfc3339(from)}, {"orders", orders}});
  }
  return hours;
}

json::object tickets_object(const ports::Totals& totals) {
  // Both priorities are always named: a zero is an answer.
  json::object open{{"HIGH", 0}, {"MEDIUM", 0}};
  for (const auto& [priority, count] : totals.open_tickets) open[ota::to_string(priority)] = count;
  return {{"total", totals.tickets}, {"open", std::move(open)}};
}

json::object outbox_object(const ports::Totals& totals, Instant now) {
  json::object out{{"entries", totals.outbox}, {"oldest_at", nullptr}, {"age_ms", 0}};
  if (totals.outbox == 0) return out;
  out["oldest_at"] = to_rfc3339(totals.outbox_oldest_at);
  out["age_ms"] = std::max(now - totals.outbox_oldest_at, Millis(0)).count();
  return out;
}

json::array incidents_array(const std::vector<ports::Incident>& incidents) {
  json::array open;
  for (const auto& incident : incidents)
    if (!incident.ended_at)
      open.push_back(json::object{{"cause", incident.cause},
                                  {"opened_at", to_rfc3339(incident.opened_at)},
                                  {"detail", incident.detail},
                                  {"held_back", incident.held_back}});
  return open;
}

json::object overview_object(const Census& census, const std::vector<ports::Incident>& incidents,
                             Instant now) {
  const ports::Totals& totals = census.totals;
  json::object out{{"counted_at", to_rfc3339(census.counted_at)}, {"activations", sum_of(totals)}};
  out["by_state"] = counts_object(totals.by_state);
  out["by_service_status"] = counts_object(totals.by_service);
  out["by_money_state"] = counts_object(totals.by_money);
  out["waiting_for_budget"] = count_of(totals, ota::State::WaitingBudget);
  out["retried"] = totals.retried;
  out["captured_not_confirmed"] = totals.captured_not_confirmed;
  out["tickets"] = tickets_object(totals);
  out["incidents"] = incidents_array(incidents);
  out["orders_per_hour"] = hours_array(totals, now);
  out["outbox"] = outbox_object(totals, now);
  return out;
}

void show_overview(CallPtr call) {
  call->env->census.get(or_refuse<CensusTaker::Shared>(call, [call](const CensusTaker::Shared& census) {
    call->env->store.incidents(
        kIncidents,
        or_refuse<std::vector<ports::Incident>>(
            call, [call, census](const std::vector<ports::Incident>& incidents) {
              call->reply(200, json::serialize(overview_object(*census, incidents, call->env->time.now())));
            }));
  }));
}

}  // namespace

CensusTaker::CensusTaker(ports::Store& store, ports::Timekeeper& time)
    : took_(std::make_shared<Millis>(0)),
      census_(std::make_shared<Refreshed<Census>>(
          time, kFreshFor, [&store, &time, took = took_](ports::Done<Result<Census>> done) {
            const Instant begun_at = time.now();
            store.totals(
                [&time, took, begun_at, done = std::move(done)](Result<ports::Totals> totals) mutable {
                  if (!totals) return done(std::unexpected(std::move(totals.error())));
                  *took = time.now() - begun_at;
                  done(Census{.totals = std::move(*totals), .counted_at = begun_at});
                });
          })) {}

void CensusTaker::get(ports::Done<Result<Shared>> done) {
  census_->get_newer_than(std::max(kFreshFor, *took_ * kRestPerWork), std::move(done));
}

std::vector<Route> overview_routes() {
  return {
      {.method = "GET",
       .pattern = "/v1/overview",
       .policy = kReaders,
       .handle = show_overview,
       .summary = "How everything stands: states, money, tickets, incidents, the last day's orders",
       .tag = "support",
       .response_schema = "Overview"},
  };
}

}  // namespace contactor::api
