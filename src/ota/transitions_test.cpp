#include "ota/transitions.h"

#include <gtest/gtest.h>

#include <set>

#include "ota/builders.h"

namespace contactor::ota {
namespace {

using testing::an_order;
using testing::kStart;
using testing::Walk;
using Kind = CommandAnswer::Kind;

Event answer(Kind kind) {
  return Answered{.answer = {.kind = kind, .failure = {.message = "x"}, .retry_after = {}}};
}

std::vector<Event> one_of_each_event() {
  return {Granted{.generation = 1},
          BudgetExhausted{.until = kStart, .why = ""},
          PrecheckFailed{},
          FoundActive{},
          answer(Kind::refused),
          Observed{.source = "callback", .ordinal = 1, .status = CommandStatus::applied, .failure = {}},
          Overdue{},
          Elapsed{},
          HorizonReached{},
          Diagnosed{},
          MoneyMoved{.to = MoneyState::released, .detail = ""},
          CancelRequested{.actor = "a", .reason = "b", .superseded = false},
          TicketEnded{.actor = "t", .delivered = false}};
}

/// Every way of getting an activation into a stored state, then every event on it; remembers each edge that
/// was walked.
void explore(Walk walk, int depth, std::set<std::pair<State, State>>& walked) {
  if (depth == 0) return;
  auto events = one_of_each_event();
  events.push_back(answer(Kind::confirmed));
  events.push_back(answer(Kind::rate_limited));
  events.push_back(Answered{.answer = {.kind = Kind::refused,
                                       .failure = {.category = FailureCategory::VehicleIncompatible},
                                       .retry_after = {}}});
  for (const auto& event : events) {
    Walk next = walk;
    if (!next.activation.next_action_at.is_never()) next.wait();
    State from = next.activation.state;
    const auto version = next.activation.version;
    const auto money = next.activation.money_state;
    const std::size_t entries = next.history.size();
    const bool recorded = next.happens(event);
    EXPECT_EQ(next.activation.version, version + (recorded ? 1 : 0));
    EXPECT_EQ(next.history.size(), entries + (recorded ? 1 : 0));
    if (is_final(from)) {
      EXPECT_EQ(next.activation.state, from) << "an end absorbs";
    }
    EXPECT_TRUE(next.activation.money_state == money ||
                is_money_transition(money, next.activation.money_state));
    const bool takes = next.activation.money_state == MoneyState::capturing ||
                       next.activation.money_state == MoneyState::captured;
    EXPECT_TRUE(!takes || next.activation.confirmed_at) << "money is taken only with the car's confirmation";
    if (!recorded) continue;
    for (const State to : next.history.back().path) {
      if (from != to) walked.emplace(from, to);
      from = to;
    }
    EXPECT_EQ(from, next.activation.state) << "the last state of the path is the stored one";
    explore(std::move(next), depth - 1, walked);
  }
}

TEST(TransitionTable, EveryEdgeIsWalkedAndNoOther) {
  std::set<std::pair<State, State>> walked;
  Walk quick;
  quick.policy.retry.retries_max = 1;
  walked.emplace(State::PaymentConfirmed, State::QueuedForActivation);
  explore(quick, 5, walked);
  Walk hasty = quick;
  hasty.policy.retry.retries_max = 0;
  explore(hasty, 4, walked);
  walked.emplace(State::PaymentConfirmed, State::Scheduled);
  Order switch_off = an_order();
  switch_off.action = Action::deactivate;
  switch_off.payment.state = PaidAs::none;
  explore(Walk(switch_off, kStart + std::chrono::hours(1)), 4, walked);
  std::set<std::pair<State, State>> listed;
  for (const auto& edge : kDiagram) listed.emplace(edge.from, edge.to);
  for (const auto& edge : kRuledTransitions) listed.emplace(edge.from, edge.to);
  for (const auto& edge : listed)
    EXPECT_TRUE(walked.contains(edge))
        << to_string(edge.first) << " -> " << to_string(edge.second) << " was never walked";
  for (const auto& edge : walked)
    EXPECT_TRUE(listed.contains(edge))
        << to_string(edge.first) << " -> " << to_string(edge.second) << " is not listed";
}

}  // namespace
}  // namespace contactor::ota
