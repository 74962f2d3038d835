#include "store/conformance.h"

namespace contactor::store::testing {
namespace {

using Kind = ports::OutboxEntry::Kind;

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
  second.after.id = ActivationId((std::int64_t{2} << 21) | a_vin(1).shard());
  applied(second);
  const auto seen = context(a_vin(1));
  ASSERT_EQ(seen.activations.size(), 2U);
  EXPECT_EQ(seen.activations[0].id, second.after.id);
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
  auto owed = an_entry(7, an_id(4), Kind::money);
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
