#include "store/conformance.h"

#include "store/backends_test.h"

namespace contactor::store::testing {
namespace {

using ports::WriteOutcome;
using Kind = ports::OutboxEntry::Kind;

INSTANTIATE_TEST_SUITE_P(
    Store, Conformance,
    ::testing::Values(
        BackendKind{"Sqlite", [] -> std::unique_ptr<Backend> { return std::make_unique<SqliteBackend>(); }},
        BackendKind{"Memory", [] -> std::unique_ptr<Backend> { return std::make_unique<MemoryBackend>(); }}),
    [](const auto& kind) { return kind.param.name; });

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

// -- live and archived ------------------------------------------------------------------------------------

TEST_P(Conformance, ArchivesWhatIsSettledAndStillFindsIt) {
  const auto one = applied(a_new_one(1));
  applied(a_new_one(2));
  applied(an_end(one));
  ASSERT_EQ(live_rows({}, 10).size(), 1U);
  EXPECT_EQ(live_rows({}, 10)[0].id, an_id(2));
  EXPECT_EQ(find(one.id)->state, ota::State::Active);
}

TEST_P(Conformance, TakesLaterStepsOfWhatIsArchived) {
  const auto end = applied(an_end(applied(a_new_one(1))));
  auto note = a_step(end);
  note.after.waits_for = "recorded";
  applied(note);
  EXPECT_EQ(find(end.id)->waits_for, "recorded");
  EXPECT_EQ(history(end.id).size(), 3U);
  EXPECT_EQ(write(a_step(end)).value(), WriteOutcome::stale);
  EXPECT_TRUE(live_rows({}, 10).empty());
}

TEST_P(Conformance, BringsBackToLifeWhereMoneyMovesAgain) {
  const auto end = applied(an_end(applied(a_new_one(1))));
  auto refund = a_step(end);
  refund.after.money_state = ota::MoneyState::refunding;
  applied(refund);
  EXPECT_EQ(live_rows({}, 10).size(), 1U);
  EXPECT_EQ(list({.vin = a_vin(1)}).size(), 1U);
  auto over = a_step(refund.after);
  over.after.money_state = ota::MoneyState::refunded;
  applied(over);
  EXPECT_TRUE(live_rows({}, 10).empty());
}

TEST_P(Conformance, LoadsLiveOnesWithTheirLedgersAndLeavesOutTheRest) {
  auto first = a_new_one(1);
  first.ledger = ports::CommandLedger{.vin = a_vin(1),
                                      .version = 1,
                                      .generation = 5,
                                      .last_command_id = "c",
                                      .sends = {kNow, kNow + Millis(1)}};
  applied(first);
  applied(an_end(applied(a_new_one(2))));
  applied(a_new_one(3));
  const auto loaded = load({an_id(1), an_id(2), an_id(3), an_id(4)});
  ASSERT_EQ(loaded.size(), 2U);
  EXPECT_EQ(loaded[0].activation.id, an_id(1));
  EXPECT_EQ(loaded[0].activation.order->order_id, OrderId("order-1"));
  EXPECT_EQ(loaded[0].ledger.sends.size(), 2U);
  EXPECT_EQ(loaded[1].ledger.version, 0U);
  EXPECT_EQ(loaded[1].ledger.vin, a_vin(3));
}

TEST_P(Conformance, PagesLiveRowsInIdOrder) {
  for (const int i : {3, 1, 5, 2, 4}) applied(a_new_one(i));
  std::vector<ActivationId> seen;
  for (ActivationId after;;) {
    const auto page = live_rows(after, 2);
    if (page.empty()) break;
    for (const auto& row : page) {
      EXPECT_EQ(row.next_action_at, kNow);
      seen.push_back(row.id);
    }
    after = page.back().id;
  }
  EXPECT_EQ(seen, (std::vector{an_id(1), an_id(2), an_id(3), an_id(4), an_id(5)}));
}

TEST_P(Conformance, StartsFollowersWithTheStepThatCausedThem) {
  const auto one = applied(a_new_one(1));
  const auto follower = a_new_one(2);
  auto step = a_step(one);
  step.followers = {follower.after};
  step.follower_history = follower.history;
  applied(step);
  EXPECT_EQ(find(an_id(2))->order->order_id, OrderId("order-2"));
  EXPECT_EQ(history(an_id(2)).size(), 1U);
  EXPECT_EQ(live_rows({}, 10).size(), 2U);
}

TEST_P(Conformance, RefusesTheWholeStepWhereAFollowersOrderIsOnRecord) {
  const auto one = applied(a_new_one(1));
  applied(a_new_one(2));
  auto follower = a_new_one(3);
  follower.after.order = a_new_one(2).after.order;
  auto step = a_step(one);
  step.followers = {follower.after};
  step.follower_history = follower.history;
  EXPECT_EQ(write(step).value(), WriteOutcome::duplicate_order);
  EXPECT_EQ(find(one.id)->version, 1U);
  EXPECT_FALSE(find(an_id(3)));
}

// -- outbox and notices -----------------------------------------------------------------------------------

TEST_P(Conformance, OwesWhatAStepSaysUntilItIsDone) {
  auto first = a_new_one(1);
  first.outbox = {an_entry(11, first.after.id, Kind::money), an_entry(12, first.after.id, Kind::email)};
  first.outbox[0].purpose = ports::MoneyPurpose::refund;
  applied(first);
  const auto owed = outbox();
  ASSERT_EQ(owed.size(), 2U);
  EXPECT_EQ(std::tuple(owed[0].id, owed[0].kind, owed[0].purpose, owed[0].key),
            std::tuple(11, Kind::money, ports::MoneyPurpose::refund, std::string("key-11")));
  EXPECT_EQ(std::tuple(owed[1].detail, owed[1].created_at), std::tuple(std::string("free words"), kNow));
  EXPECT_TRUE(write(ports::OutboxWrite{.id = 11, .postponed = {}, .notice = {}, .ledger = {}}));
  ASSERT_EQ(outbox().size(), 1U);
  EXPECT_EQ(outbox()[0].id, 12);
}

TEST_P(Conformance, PostponesAnEntryWithWhatItKnows) {
  auto first = a_new_one(1);
  first.outbox = {an_entry(11, first.after.id, Kind::money)};
  applied(first);
  auto later = first.outbox[0];
  later.tries = 2;
  later.unknown = true;
  later.first_try_at = kNow + Millis(1);
  later.next_try_at = kNow + Millis(2);
  EXPECT_TRUE(write(ports::OutboxWrite{.id = 11, .postponed = later, .notice = {}, .ledger = {}}));
  const auto entry = outbox().at(0);
  EXPECT_EQ(std::tuple(entry.tries, entry.unknown, entry.first_try_at, entry.next_try_at),
            std::tuple(2U, true, kNow + Millis(1), kNow + Millis(2)));
  EXPECT_EQ(entry.key, "key-11");
}

TEST_P(Conformance, PagesTheOutboxAndShowsOneActivationsPart) {
  for (int i = 1; i <= 3; ++i) {
    auto write = a_new_one(i);
    write.outbox = {an_entry(i, write.after.id, Kind::push)};
    applied(write);
  }
  using Entries = Result<std::vector<ports::OutboxEntry>>;
  EXPECT_EQ(await<Entries>([&](auto done) { store().outbox(ports::ShardSet().set(), 1, 1, std::move(done)); })
                .value()
                .at(0)
                .id,
            2);
  EXPECT_EQ(
      await<Entries>([&](auto done) { store().pending_outbox(an_id(3), std::move(done)); }).value().at(0).id,
      3);
}

TEST_P(Conformance, KeepsANoticePendingUntilItsOutcome) {
  auto first = a_new_one(1);
  first.outbox = {an_entry(1, first.after.id, Kind::email)};
  first.outbox[0].event = ota::NoticeEvent::ActivationStarted;
  first.notices = {{.activation_id = first.after.id,
                    .event = ota::NoticeEvent::ActivationStarted,
                    .channel = ota::Channel::push,
                    .outcome = ports::NoticeOutcome::unavailable,
                    .at = kNow,
                    .detail = "no push token"}};
  applied(first);
  ASSERT_EQ(notices(first.after.id).size(), 2U);
  for (const auto& notice : notices(first.after.id))
    EXPECT_EQ(notice.outcome, notice.channel == ota::Channel::email ? ports::NoticeOutcome::pending
                                                                    : ports::NoticeOutcome::unavailable);
  EXPECT_TRUE(
      write(ports::OutboxWrite{.id = 1,
                               .postponed = {},
                               .notice = ports::NoticeRecord{.activation_id = first.after.id,
                                                             .event = ota::NoticeEvent::ActivationStarted,
                                                             .channel = ota::Channel::email,
                                                             .outcome = ports::NoticeOutcome::sent,
                                                             .at = kNow + Millis(9),
                                                             .detail = {}},
                               .ledger = {}}));
  int sent = 0;
  for (const auto& notice : notices(first.after.id))
    sent += notice.outcome == ports::NoticeOutcome::sent ? 1 : 0;
  EXPECT_EQ(sent, 1);
  EXPECT_EQ(notices(first.after.id).size(), 2U);
}

TEST_P(Conformance, MakesNoNoticeOfMoney) {
  auto first = a_new_one(1);
  first.outbox = {an_entry(1, first.after.id, Kind::money)};
  applied(first);
  EXPECT_TRUE(notices(first.after.id).empty());
}

TEST_P(Conformance, FencesTheLedgerOfADisplayText) {
  auto first = a_new_one(1);
  first.outbox = {an_entry(1, first.after.id, Kind::display)};
  applied(first);
  const ports::CommandLedger ledger{
      .vin = a_vin(1), .version = 2, .generation = 1, .last_command_id = "d", .sends = {kNow}};
  const auto refused = write(ports::OutboxWrite{.id = 1, .postponed = {}, .notice = {}, .ledger = ledger});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_EQ(outbox().size(), 1U);
  auto fitting = ledger;
  fitting.version = 1;
  EXPECT_TRUE(write(ports::OutboxWrite{.id = 1, .postponed = {}, .notice = {}, .ledger = fitting}));
  EXPECT_TRUE(outbox().empty());
  EXPECT_EQ(context(a_vin(1)).ledger.version, 1U);
}

// -- reading ----------------------------------------------------------------------------------------------

TEST_P(Conformance, ListsNewestFirstByKeyset) {
  for (int i = 1; i <= 5; ++i) applied(a_new_one(i));
  applied(an_end(*find(an_id(4))));
  const auto page = list({.limit = 2});
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(std::pair(page[0].id, page[1].id), std::pair(an_id(5), an_id(4)));
  const auto next = list({.limit = 9, .after = page[1].id});
  ASSERT_EQ(next.size(), 3U);
  EXPECT_EQ(next[0].id, an_id(3));
}

TEST_P(Conformance, ListsByVehicleStateAndCustomer) {
  for (int i = 1; i <= 4; ++i) applied(a_new_one(i));
  applied(an_end(*find(an_id(2))));
  EXPECT_EQ(list({.vin = a_vin(3)}).at(0).id, an_id(3));
  EXPECT_EQ(list({.state = ota::State::Active}).at(0).id, an_id(2));
  EXPECT_EQ(list({.state = ota::State::QueuedForActivation}).size(), 3U);
  EXPECT_EQ(list({.customer_id = CustomerId("cust-1")}).size(), 4U);
  EXPECT_TRUE(list({.customer_id = CustomerId("cust-2")}).empty());
  EXPECT_TRUE(list({.vin = a_vin(3), .state = ota::State::Active}).empty());
  EXPECT_EQ(list({.state = ota::State::Active, .customer_id = CustomerId("cust-1")}).size(), 1U);
}

TEST_P(Conformance, ShowsAPrincipalOnlyWhatItHasOrdered) {
  for (int i = 1; i <= 4; ++i) {
    auto write = a_new_one(i);
    auto order = std::make_shared<ota::Order>(*write.after.order);
    order->ordered_by = i % 2 == 0 ? "shop-a" : "shop-b";
    write.after.order = order;
    applied(write);
  }
  for (const auto& filter :
       {ports::ActivationFilter{.ordered_by = "shop-a"},
        ports::ActivationFilter{.customer_id = CustomerId("cust-1"), .ordered_by = "shop-a"},
        ports::ActivationFilter{.state = ota::State::QueuedForActivation, .ordered_by = "shop-a"}})
    EXPECT_EQ(list(filter).size(), 2U);
  EXPECT_TRUE(list({.vin = a_vin(1), .ordered_by = "shop-a"}).empty());
}

TEST_P(Conformance, TellsAVehiclesWholeContext) {
  applied(an_end(applied(a_new_one(1))));
  auto second = a_new_one(2);
  auto order = std::make_shared<ota::Order>(*second.after.order);
  order->vin = a_vin(1);
  second.after.order = order;
  applied(second);
  const auto seen = context(a_vin(1));
  ASSERT_EQ(seen.activations.size(), 2U);
  EXPECT_EQ(seen.activations[0].id, an_id(2));
  EXPECT_EQ(seen.ledger.version, 0U);
  EXPECT_TRUE(context(a_vin(9)).activations.empty());
}

TEST_P(Conformance, CountsEverything) {
  auto one = applied(a_new_one(1));
  applied(a_new_one(2));
  auto end = an_end(one);
  end.after.attempts = 2;
  end.after.retries = 1;
  end.ticket = a_ticket(1, one.id);
  applied(end);
  const auto sums = totals();
  EXPECT_EQ(sums.by_state, (std::vector<std::pair<ota::State, std::uint64_t>>{
                               {ota::State::QueuedForActivation, 1}, {ota::State::Active, 1}}));
  EXPECT_EQ(sums.by_money, (std::vector<std::pair<ota::MoneyState, std::uint64_t>>{
                               {ota::MoneyState::held, 1}, {ota::MoneyState::captured, 1}}));
  EXPECT_EQ(std::tuple(sums.retried, sums.tickets, sums.captured_not_confirmed), std::tuple(1U, 1U, 0U));
}

TEST_P(Conformance, CountsWhatTheOverviewShows) {
  EXPECT_EQ(totals().outbox_oldest_at, Instant::never());
  const auto begun_at = [](int number, Instant at) {
    auto write = a_new_one(number);
    write.after.created_at = at;
    return write;
  };
  const Instant hour = Instant::from_millis(kNow.millis() - kNow.millis() % 3'600'000);
  applied(begun_at(1, hour - std::chrono::hours(25)));
  applied(begun_at(2, hour - std::chrono::hours(24)));
  applied(begun_at(3, hour));
  auto end = an_end(applied(begun_at(4, hour + std::chrono::minutes(59))));
  end.ticket = a_ticket(1, an_id(4));
  end.ticket->priority = ota::Priority::HIGH;
  auto owed = an_entry(7, an_id(4), ports::OutboxEntry::Kind::money);
  owed.created_at = kNow;
  end.outbox = {owed};
  applied(end);
  const auto sums = totals();
  EXPECT_EQ(sums.by_service, (std::vector<std::pair<ota::ServiceStatus, std::uint64_t>>{
                                 {ota::ServiceStatus::Pending, 3}, {ota::ServiceStatus::Active, 1}}));
  EXPECT_EQ(sums.begun_by_hour,
            (std::vector<std::pair<Instant, std::uint64_t>>{{hour - std::chrono::hours(24), 1}, {hour, 2}}));
  EXPECT_EQ(sums.open_tickets,
            (std::vector<std::pair<ota::Priority, std::uint64_t>>{{ota::Priority::HIGH, 1}}));
  EXPECT_EQ(std::pair(sums.outbox, sums.outbox_oldest_at), std::pair(std::uint64_t{1}, kNow));
  ota::Ticket closed = *end.ticket;
  closed.state = ota::TicketState::closed;
  closed.version += 1;
  ASSERT_TRUE(await<Status>([&](auto done) { store().put_ticket(closed, std::move(done)); }));
  EXPECT_TRUE(totals().open_tickets.empty());
}

TEST_P(Conformance, AuditsAllInIdOrderWithHistory) {
  for (const int i : {2, 1, 3}) applied(a_new_one(i));
  applied(an_end(*find(an_id(2))));
  using Page = Result<std::vector<ports::Store::Audited>>;
  const auto first = await<Page>([&](auto done) { store().audit({}, 2, std::move(done)); }).value();
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[1].activation.id, an_id(2));
  EXPECT_EQ(first[1].history.size(), 2U);
  const auto rest =
      await<Page>([&](auto done) { store().audit(first[1].activation.id, 2, std::move(done)); }).value();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].activation.id, an_id(3));
}

// -- the desk ---------------------------------------------------------------------------------------------

TEST_P(Conformance, FencesTickets) {
  auto first = a_new_one(1);
  first.ticket = a_ticket(1, first.after.id);
  applied(first);
  const auto put = [&](const ota::Ticket& ticket) {
    return await<Status>([&](auto done) { store().put_ticket(ticket, std::move(done)); });
  };
  auto changed = a_ticket(1, first.after.id);
  changed.version = 2;
  changed.state = ota::TicketState::resolved;
  EXPECT_TRUE(put(changed));
  EXPECT_EQ(put(changed).error().kind, ErrorKind::conflict);
  auto unknown = a_ticket(2, first.after.id);
  unknown.version = 2;
  EXPECT_EQ(put(unknown).error().kind, ErrorKind::not_found);
  const auto found = await<Result<std::optional<ota::Ticket>>>([&](auto done) {
                       store().find_ticket(changed.id, std::move(done));
                     }).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(std::tuple(found->state, found->version, found->vin),
            std::tuple(ota::TicketState::resolved, 2U, a_vin(1)));
  EXPECT_EQ(found->retry_attempts.at(0).response, "503");
  EXPECT_EQ(found->vehicle_online_status.unavailable, "no answer");
  EXPECT_EQ(found->payment_amount, changed.payment_amount);
  EXPECT_EQ(std::tuple(found->notes, found->waiting_since), std::tuple(changed.notes, changed.waiting_since));
}

TEST_P(Conformance, ListsTicketsByStateNewestFirst) {
  for (int i = 1; i <= 3; ++i) {
    auto write = a_new_one(i);
    write.ticket = a_ticket(i, write.after.id);
    if (i == 2) write.ticket->state = ota::TicketState::closed;
    applied(write);
  }
  const auto ask = [&](ports::TicketFilter filter) {
    return await<Result<std::vector<ota::Ticket>>>(
               [&](auto done) { store().list_tickets(filter, std::move(done)); })
        .value();
  };
  EXPECT_EQ(ask({}).at(0).activation_id, an_id(3));
  EXPECT_EQ(ask({.state = ota::TicketState::open}).size(), 2U);
  EXPECT_EQ(ask({.after = ask({.limit = 1}).at(0).id}).size(), 2U);
}

// -- catalogue, access, incidents -------------------------------------------------------------------------

TEST_P(Conformance, CountsAServicesVersions) {
  const ports::Service service{
      .id = ServiceId("s"), .name = "n", .document = "{\"template\":{}}", .updated_at = kNow};
  for (const std::uint32_t version : {1U, 2U})
    EXPECT_EQ(await<Result<ports::Service>>([&](auto done) { store().put_service(service, std::move(done)); })
                  .value()
                  .version,
              version);
  const auto all = await<Result<std::vector<ports::Service>>>([&](auto done) {
                     store().services(std::move(done));
                   }).value();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(std::tuple(all[0].version, all[0].document), std::tuple(2U, service.document));
}

TEST_P(Conformance, KeepsTokensAndTheirEnd) {
  ports::ApiToken token{.id = TokenId(5), .name = "ci", .role = "admin", .client = "c", .created_at = kNow};
  token.digest.fill(7);
  const auto put = [&] {
    return await<Status>([&](auto done) { store().put_token(token, std::move(done)); });
  };
  EXPECT_TRUE(put());
  token.revoked_at = kNow + Millis(1);
  EXPECT_TRUE(put());
  const auto all = await<Result<std::vector<ports::ApiToken>>>([&](auto done) {
                     store().tokens(std::move(done));
                   }).value();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(std::tuple(all[0].digest, all[0].revoked_at, all[0].role),
            std::tuple(token.digest, token.revoked_at, token.role));
  EXPECT_TRUE(all[0].expires_at.is_never());
}

TEST_P(Conformance, RefusesAReplyWithAnotherDigest) {
  const auto put = [&](const char* digest) {
    return await<Status>([&](auto done) { store().put_reply(a_reply("k", digest), std::move(done)); });
  };
  EXPECT_TRUE(put("d1"));
  EXPECT_TRUE(put("d1"));
  EXPECT_EQ(put("d2").error().kind, ErrorKind::conflict);
}

TEST_P(Conformance, KeepsIncidentsNewestFirst) {
  ports::Incident first{.cause = "iot_api unauthorized", .opened_at = kNow, .detail = "401", .held_back = 3};
  const auto put = [&](const ports::Incident& incident) {
    EXPECT_TRUE(await<Status>([&](auto done) { store().put_incident(incident, std::move(done)); }));
  };
  put(first);
  first.ended_at = kNow + Millis(1);
  put(first);
  put({.cause = "iot_api down", .opened_at = kNow + Millis(2)});
  const auto all = await<Result<std::vector<ports::Incident>>>([&](auto done) {
                     store().incidents(9, std::move(done));
                   }).value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].cause, "iot_api down");
  EXPECT_EQ(std::tuple(all[1].ended_at, all[1].held_back), std::tuple(first.ended_at, 3U));
}

TEST_P(Conformance, SeesAnEventForTheFirstTimeOnce) {
  const auto first = [&] {
    return await<Result<bool>>([&](auto done) { store().first_sight("evt", kNow, std::move(done)); }).value();
  };
  EXPECT_TRUE(first());
  EXPECT_FALSE(first());
}

TEST_P(Conformance, ForgetsRepliesAndEventsThatAreOld) {
  EXPECT_TRUE(await<Status>([&](auto done) { store().put_reply(a_reply("k", "d"), std::move(done)); }));
  EXPECT_TRUE(
      await<Result<bool>>([&](auto done) { store().first_sight("evt", kNow, std::move(done)); }).value());
  const auto forget = [&](Instant at) {
    EXPECT_TRUE(await<Status>([&](auto done) { store().forget_before(at, std::move(done)); }));
  };
  forget(kNow);
  EXPECT_FALSE(
      await<Result<bool>>([&](auto done) { store().first_sight("evt", kNow, std::move(done)); }).value());
  forget(kNow + Millis(1));
  EXPECT_TRUE(
      await<Result<bool>>([&](auto done) { store().first_sight("evt", kNow, std::move(done)); }).value());
  EXPECT_TRUE(await<Status>([&](auto done) { store().put_reply(a_reply("k", "other"), std::move(done)); }));
}

TEST_P(Conformance, SeesEverythingAgainAfterARestart) {
  auto first = a_new_one(1);
  first.outbox = {an_entry(1, first.after.id, Kind::email)};
  first.ticket = a_ticket(1, first.after.id);
  applied(first);
  applied(an_end(applied(a_new_one(2))));
  backend_->restart();
  EXPECT_EQ(find(an_id(1))->order->order_id, OrderId("order-1"));
  EXPECT_EQ(find(an_id(2))->state, ota::State::Active);
  EXPECT_EQ(outbox().size(), 1U);
  EXPECT_EQ(history(an_id(2)).size(), 2U);
  EXPECT_EQ(totals().tickets, 1U);
  applied(a_step(*find(an_id(1))));
}

}  // namespace
}  // namespace contactor::store::testing
