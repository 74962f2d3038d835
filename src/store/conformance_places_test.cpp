#include "store/conformance.h"

namespace contactor::store::testing {
namespace {

using ports::WriteOutcome;
using Kind = ports::OutboxEntry::Kind;

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
            std::tuple(first.outbox[0].id, Kind::money, ports::MoneyPurpose::refund, std::string("key-11")));
  EXPECT_EQ(std::tuple(owed[1].detail, owed[1].created_at), std::tuple(std::string("free words"), kNow));
  EXPECT_TRUE(
      write(ports::OutboxWrite{.id = first.outbox[0].id, .postponed = {}, .notice = {}, .ledger = {}}));
  ASSERT_EQ(outbox().size(), 1U);
  EXPECT_EQ(outbox()[0].id, first.outbox[1].id);
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
  EXPECT_TRUE(
      write(ports::OutboxWrite{.id = first.outbox[0].id, .postponed = later, .notice = {}, .ledger = {}}));
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
  const auto first = an_entry(1, an_id(1), Kind::push).id;
  EXPECT_EQ(
      await<Entries>([&](auto done) { store().outbox(ports::ShardSet().set(), first, 1, std::move(done)); })
          .value()
          .at(0)
          .id,
      an_entry(2, an_id(2), Kind::push).id);
  EXPECT_EQ(
      await<Entries>([&](auto done) { store().pending_outbox(an_id(3), std::move(done)); }).value().at(0).id,
      an_entry(3, an_id(3), Kind::push).id);
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
      write(ports::OutboxWrite{.id = first.outbox[0].id,
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

TEST_P(Conformance, KeepsWhatAStepToldNobody) {
  using enum ota::NoticeEvent;
  auto first = a_new_one(1);
  const auto notice = [&](ota::NoticeEvent event, ports::NoticeOutcome outcome, int after,
                          std::string detail) {
    return ports::NoticeRecord{.activation_id = first.after.id,
                               .event = event,
                               .channel = ota::Channel::email,
                               .outcome = outcome,
                               .at = kNow + Millis(after),
                               .detail = std::move(detail)};
  };
  const std::string words = "no \"server\"\n\\ für 12,5 %";
  first.notices = {notice(PaymentConfirmed, ports::NoticeOutcome::unavailable, 0, words),
                   notice(ActivationStarted, ports::NoticeOutcome::unavailable, 1, "")};
  applied(first);
  auto next = a_step(first.after);
  next.notices = {notice(ActivationStarted, ports::NoticeOutcome::unavailable, 5, "again")};
  applied(next);
  const auto found = notices(first.after.id);
  ASSERT_EQ(found.size(), 2U);
  for (const auto& one : found) {
    EXPECT_EQ(one.activation_id, first.after.id);
    EXPECT_EQ(one.channel, ota::Channel::email);
    EXPECT_EQ(one.outcome, ports::NoticeOutcome::unavailable);
    EXPECT_EQ(one.at, kNow + Millis(one.event == PaymentConfirmed ? 0 : 5));
    EXPECT_EQ(one.detail, one.event == PaymentConfirmed ? words : "again");
  }
}

TEST_P(Conformance, AsksForTheLastWordOnANotice) {
  auto first = a_new_one(1);
  first.outbox = {an_entry(1, first.after.id, Kind::email)};
  applied(first);
  const auto notice = [&](ports::NoticeOutcome outcome, int after) {
    return ports::NoticeRecord{.activation_id = first.after.id,
                               .event = first.outbox[0].event,
                               .channel = ota::Channel::email,
                               .outcome = outcome,
                               .at = kNow + Millis(after),
                               .detail = {}};
  };
  const auto outcomes = [&] {
    std::vector<ports::NoticeOutcome> all;
    for (const auto& one : notices(first.after.id)) all.push_back(one.outcome);
    return all;
  };
  auto next = a_step(first.after);
  next.notices = {notice(ports::NoticeOutcome::unavailable, 5)};
  applied(next);
  EXPECT_EQ(outcomes(), std::vector{ports::NoticeOutcome::unavailable});
  EXPECT_TRUE(write(ports::OutboxWrite{.id = first.outbox[0].id,
                                       .postponed = {},
                                       .notice = notice(ports::NoticeOutcome::sent, 9),
                                       .ledger = {}}));
  EXPECT_EQ(outcomes(), std::vector{ports::NoticeOutcome::sent});
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
  const auto refused =
      write(ports::OutboxWrite{.id = first.outbox[0].id, .postponed = {}, .notice = {}, .ledger = ledger});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_EQ(outbox().size(), 1U);
  auto fitting = ledger;
  fitting.version = 1;
  EXPECT_TRUE(
      write(ports::OutboxWrite{.id = first.outbox[0].id, .postponed = {}, .notice = {}, .ledger = fitting}));
  EXPECT_TRUE(outbox().empty());
  EXPECT_EQ(context(a_vin(1)).ledger.version, 1U);
}

}  // namespace
}  // namespace contactor::store::testing
