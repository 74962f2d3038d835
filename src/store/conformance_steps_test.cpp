#include "store/conformance.h"

namespace contactor::store::testing {
namespace {

using ports::WriteOutcome;
using Kind = ports::OutboxEntry::Kind;

// -- acceptance -------------------------------------------------------------------------------------------

TEST_P(Conformance, KeepsEveryFieldOfAnActivationAndItsOrder) {
  auto write = a_new_one(1);
  auto& a = write.after;
  a.attempts = 3;
  a.retries = 2;
  a.command_ordinal = 4;
  a.generation = 77;
  a.accepted = a.cancel_requested = a.compensated = true;
  a.sent_at = kNow + Millis(1);
  a.answer_by = kNow + Millis(2);
  a.horizon_at = kNow + Millis(3);
  a.last_failure = ota::Failure{
      .category = ota::FailureCategory::VehicleOffline, .http_status = 409, .code = "c", .message = "m"};
  a.confirmed_at = kNow + Millis(4);
  a.ends_at = kNow + Millis(5);
  a.ticket_id = TicketId(9);
  a.waits_for = "budget";
  applied(write);
  const auto found = find(a.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->version, 1U);
  EXPECT_EQ(found->state, a.state);
  EXPECT_EQ(found->money_state, a.money_state);
  EXPECT_EQ(std::tuple(found->attempts, found->retries, found->command_ordinal, found->generation),
            std::tuple(3U, 2U, 4U, 77U));
  EXPECT_TRUE(found->accepted && found->cancel_requested && found->compensated);
  EXPECT_EQ(std::tuple(found->sent_at, found->answer_by, found->horizon_at),
            std::tuple(a.sent_at, a.answer_by, a.horizon_at));
  EXPECT_EQ(std::tuple(found->confirmed_at, found->ends_at), std::tuple(a.confirmed_at, a.ends_at));
  ASSERT_TRUE(found->last_failure);
  EXPECT_EQ(found->last_failure->http_status, 409);
  EXPECT_EQ(found->last_failure->category, ota::FailureCategory::VehicleOffline);
  EXPECT_EQ(std::tuple(found->ticket_id, found->waits_for, found->next_action_at),
            std::tuple(a.ticket_id, a.waits_for, a.next_action_at));
  EXPECT_EQ(found->history_head, a.history_head);
  const auto& order = *found->order;
  EXPECT_EQ(order.order_id, a.order->order_id);
  EXPECT_EQ(order.vin, a.order->vin);
  EXPECT_EQ(std::tuple(order.customer.name, order.customer.locale),
            std::tuple(a.order->customer.name, std::string("de")));
  EXPECT_EQ(order.service_name, a.order->service_name);
  EXPECT_EQ(order.payment.amount, a.order->payment.amount);
  EXPECT_EQ(order.duration, a.order->duration);
  EXPECT_EQ(order.configuration, a.order->configuration);
  EXPECT_EQ(order.requirements.compatible_models, a.order->requirements.compatible_models);
  EXPECT_EQ(order.requirements.requires_services, a.order->requirements.requires_services);
  EXPECT_EQ(order.extends_from, a.order->extends_from);
}

TEST_P(Conformance, KeepsMomentsThatNeverCome) {
  applied(a_new_one(1));
  EXPECT_TRUE(find(an_id(1))->answer_by.is_never());
  EXPECT_FALSE(find(an_id(1))->confirmed_at);
}

TEST_P(Conformance, RefusesAnOrderIdThatIsOnRecord) {
  applied(a_new_one(1));
  auto second = a_new_one(2);
  second.after.order = a_new_one(1).after.order;
  EXPECT_EQ(write(second).value(), WriteOutcome::duplicate_order);
  EXPECT_FALSE(find(an_id(2)));
  EXPECT_TRUE(history(an_id(2)).empty());
}

TEST_P(Conformance, KeepsAReplyByteForByteAndRefusesItsKeyTheSecondTime) {
  auto first = a_new_one(1);
  first.reply = a_reply("k", "d1");
  applied(first);
  auto second = a_new_one(2);
  second.reply = a_reply("k", "d2");
  EXPECT_EQ(write(second).value(), WriteOutcome::duplicate_key);
  EXPECT_FALSE(find(an_id(2)));
  const auto found = await<Result<std::optional<ports::IdempotentReply>>>([&](auto done) {
                       store().find_reply("shop", "POST /v1", "k", std::move(done));
                     }).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->body, first.reply->body);
  EXPECT_EQ(found->request_digest, "d1");
  EXPECT_EQ(found->status, 201);
}

TEST_P(Conformance, FindsByOrderAndByPayment) {
  applied(a_new_one(1));
  applied(a_new_one(2));
  using Found = Result<std::optional<ota::Activation>>;
  EXPECT_EQ(
      await<Found>([&](auto done) { store().find_order(OrderId("order-2"), std::move(done)); }).value()->id,
      an_id(2));
  EXPECT_EQ(await<Found>([&](auto done) { store().find_payment("pi_1", std::move(done)); }).value()->id,
            an_id(1));
  EXPECT_FALSE(
      await<Found>([&](auto done) { store().find_order(OrderId("order-3"), std::move(done)); }).value());
  EXPECT_FALSE(await<Found>([&](auto done) { store().find_payment("", std::move(done)); }).value());
  EXPECT_FALSE(find(an_id(9)));
}

// -- fences -----------------------------------------------------------------------------------------------

TEST_P(Conformance, RefusesAStaleVersionAndStoresNothingOfIt) {
  const auto first = applied(a_new_one(1));
  applied(a_step(first));
  auto late = a_step(first);
  late.outbox = {an_entry(1, first.id, Kind::email)};
  late.ticket = a_ticket(1, first.id);
  EXPECT_EQ(write(late).value(), WriteOutcome::stale);
  EXPECT_EQ(history(first.id).size(), 2U);
  EXPECT_TRUE(outbox().empty());
  EXPECT_TRUE(notices(first.id).empty());
  EXPECT_EQ(totals().tickets, 0U);
}

TEST_P(Conformance, RefusesAStepOfAnUnknownActivation) {
  auto step = a_step(a_new_one(1).after);
  EXPECT_EQ(write(step).value(), WriteOutcome::stale);
}

TEST_P(Conformance, LetsOneOfTwoSendersThroughTheLedger) {
  const auto one = applied(a_new_one(1));
  const auto two = applied(a_new_one(2));
  const ports::CommandLedger ledger{
      .vin = a_vin(1), .version = 1, .generation = 8, .last_command_id = "cmd", .sends = {kNow}};
  auto first = a_step(one);
  first.ledger = ledger;
  applied(first);
  auto second = a_step(two);
  second.ledger = ledger;
  EXPECT_EQ(write(second).value(), WriteOutcome::stale);
  EXPECT_EQ(find(two.id)->version, 1U);
  const auto kept = context(a_vin(1)).ledger;
  EXPECT_EQ(std::tuple(kept.version, kept.generation, kept.last_command_id),
            std::tuple(1U, 8U, std::string("cmd")));
  EXPECT_EQ(kept.sends, ledger.sends);
}

TEST_P(Conformance, KeepsUntilWhenAVehicleIsBusyAndForgetsItWithTheNextCommand) {
  auto first = a_new_one(1);
  first.ledger = ports::CommandLedger{.vin = a_vin(1),
                                      .version = 1,
                                      .generation = 1,
                                      .last_command_id = "c",
                                      .sends = {kNow},
                                      .busy_until = {}};
  auto one = applied(first);
  EXPECT_EQ(context(a_vin(1)).ledger.busy_until, Instant());
  const Instant until = kNow + std::chrono::minutes(5);
  for (const Instant wanted : {until, Instant()}) {
    auto next = a_step(one);
    next.ledger = context(a_vin(1)).ledger;
    next.ledger->version += 1;
    next.ledger->busy_until = wanted;
    one = applied(next);
    EXPECT_EQ(context(a_vin(1)).ledger.busy_until, wanted);
    EXPECT_EQ(load({one.id}).at(0).ledger.busy_until, wanted);
  }
}

TEST_P(Conformance, RefusesAStaleTicketWithTheWholeStep) {
  auto first = a_new_one(1);
  first.ticket = a_ticket(1, first.after.id);
  const auto one = applied(first);
  auto again = a_step(one);
  again.ticket = a_ticket(1, one.id);
  EXPECT_EQ(write(again).value(), WriteOutcome::stale);
  again.ticket->version = 2;
  applied(again);
}

// -- history ----------------------------------------------------------------------------------------------

TEST_P(Conformance, KeepsHistoryGapFreeAndWhole) {
  auto at = applied(a_new_one(1));
  auto step = a_step(at);
  step.history[0].path = {ota::State::SendingCommand, ota::State::WaitingResponse};
  step.history[0].failure = ota::Failure{
      .category = ota::FailureCategory::ApiIotError, .http_status = 500, .code = "x", .message = "y"};
  at = applied(step);
  applied(a_step(at));
  const auto entries = history(at.id);
  ASSERT_EQ(entries.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(entries[i].seq, i + 1);
  EXPECT_EQ(entries[1].path, step.history[0].path);
  EXPECT_EQ(entries[1].failure->code, "x");
  EXPECT_EQ(entries[1].hash, step.history[0].hash);
  EXPECT_EQ(
      std::tuple(entries[1].actor, entries[1].node, entries[1].detail, entries[1].at),
      std::tuple(step.history[0].actor, step.history[0].node, step.history[0].detail, step.history[0].at));
}

TEST_P(Conformance, KeepsSeveralEntriesOfOneStep) {
  const auto at = applied(a_new_one(1));
  auto step = a_step(at);
  auto more = step.history[0];
  more.seq = 3;
  step.history.push_back(more);
  step.after.history_count = 3;
  applied(step);
  EXPECT_EQ(history(at.id).size(), 3U);
}

TEST_P(Conformance, KeepsTheOrderOfManyWritesThatAreQueuedAtOnce) {
  auto at = applied(a_new_one(1));
  const auto other = applied(a_new_one(2));
  std::vector<std::uint32_t> seen;
  int open = 0;
  for (int i = 0; i < 50; ++i) {
    auto step = a_step(at);
    at = step.after;
    ++open;
    store().write(shared(std::move(step)), [&, version = at.version](Result<WriteOutcome> outcome) {
      --open;
      EXPECT_EQ(outcome.value(), WriteOutcome::applied);
      seen.push_back(version);
    });
  }
  while (open > 0) backend_->turn();
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(find(at.id)->version, 51U);
  EXPECT_EQ(history(at.id).size(), 51U);
  EXPECT_EQ(find(other.id)->version, 1U);
}

TEST_P(Conformance, GoesOnWithTheOthersWhereOneOfManyIsRefused) {
  std::vector<ota::Activation> all;
  for (int i = 1; i <= 20; ++i) all.push_back(applied(a_new_one(i)));
  int open = 0, fine = 0, stale = 0;
  for (const auto& one : all) {
    auto step = a_step(one);
    if (one.id == an_id(7)) {
      step.base_version = 5;
      step.after.version = 6;
    }
    ++open;
    store().write(shared(std::move(step)), [&](Result<WriteOutcome> outcome) {
      --open;
      (outcome.value() == WriteOutcome::applied ? fine : stale) += 1;
    });
  }
  while (open > 0) backend_->turn();
  EXPECT_EQ(std::pair(fine, stale), std::pair(19, 1));
}

}  // namespace
}  // namespace contactor::store::testing
