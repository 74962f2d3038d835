#include "ota/ticket_desk.h"

#include <gmock/gmock.h>

namespace contactor::ota {
namespace {

using testing::ElementsAre;

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }
Instant noon() { return at("2026-11-18T12:00:00Z"); }

Ticket open_ticket() {
  Ticket ticket;
  ticket.assigned_to = "dora";
  ticket.opened_at = at("2026-11-18T10:00:00Z");
  ticket.solve_by = at("2026-11-18T18:00:00Z");
  ticket.version = 1;
  return ticket;
}

TicketState state_after(TicketAction action) {
  return act(open_ticket(), action, "anna", "words", noon())->state;
}

TEST(TicketDesk, WritesDownWhoDidWhatAndWhen) {
  const auto next =
      act(open_ticket(), TicketAction::contact_customer, "anna", "is the car\nin a garage?", noon());
  ASSERT_TRUE(next);
  EXPECT_THAT(next->notes,
              ElementsAre("2026-11-18T12:00:00.000Z anna: customer contacted: is the car in a garage?"));
  EXPECT_EQ(next->version, 2U);
}

TEST(TicketDesk, EveryActionHasItsState) {
  using enum TicketAction;
  for (const auto action : {retry, modify_payload, schedule_inspection, escalate_iot, escalate_development})
    EXPECT_EQ(state_after(action), TicketState::open) << to_string(action);
  EXPECT_EQ(state_after(contact_customer), TicketState::waiting_customer);
  EXPECT_EQ(state_after(resolve), TicketState::resolved);
  EXPECT_EQ(state_after(close), TicketState::closed);
}

TEST(TicketDesk, TheFirstActionIsTheFirstResponse) {
  const auto first = act(open_ticket(), TicketAction::retry, "anna", "", noon());
  EXPECT_EQ(first->responded_at, noon());
  const auto second = act(*first, TicketAction::retry, "anna", "", noon() + std::chrono::hours(1));
  EXPECT_EQ(second->responded_at, noon());
}

TEST(TicketDesk, EscalationHandsTheTicketOn) {
  EXPECT_EQ(act(open_ticket(), TicketAction::escalate_iot, "anna", "", noon())->assigned_to, "IoT API team");
  EXPECT_EQ(act(open_ticket(), TicketAction::escalate_development, "anna", "", noon())->assigned_to,
            "development");
  EXPECT_EQ(act(open_ticket(), TicketAction::retry, "anna", "", noon())->assigned_to, "dora");
}

TEST(TicketDesk, TheCustomersTimeIsNotTheDesks) {
  const auto waiting = act(open_ticket(), TicketAction::contact_customer, "anna", "where is it?", noon());
  EXPECT_EQ(waiting->waiting_since, noon());
  const auto again = act(*waiting, TicketAction::retry, "anna", "", noon() + std::chrono::hours(3));
  EXPECT_EQ(again->solve_by, at("2026-11-18T21:00:00Z"));
  EXPECT_EQ(again->waiting_since, std::nullopt);
}

TEST(TicketDesk, AnEndedTicketTakesNoMoreActions) {
  const auto closed = act(open_ticket(), TicketAction::close, "anna", "", noon());
  EXPECT_EQ(closed->ended_at, noon());
  for (unsigned i = 0; i <= static_cast<unsigned>(TicketAction::close); ++i) {
    const auto refused = act(*closed, static_cast<TicketAction>(i), "anna", "words", noon());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  }
}

TEST(TicketDesk, AResolvedTicketCanOnlyBeClosed) {
  const auto resolved = act(open_ticket(), TicketAction::resolve, "anna", "", noon());
  EXPECT_EQ(act(*resolved, TicketAction::retry, "anna", "", noon()).error().kind, ErrorKind::conflict);
  const auto closed = act(*resolved, TicketAction::close, "anna", "", noon() + std::chrono::hours(1));
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->ended_at, noon());
}

TEST(TicketDesk, RefusesWhatMakesNoSense) {
  const auto kind = [](TicketAction action, std::string_view actor, std::string_view text) {
    return act(open_ticket(), action, actor, text, noon()).error().kind;
  };
  EXPECT_EQ(kind(TicketAction::contact_customer, "anna", " \n"), ErrorKind::invalid);
  EXPECT_EQ(kind(TicketAction::retry, "", ""), ErrorKind::invalid);
  EXPECT_EQ(kind(TicketAction::retry, "anna", std::string(4001, 'x')), ErrorKind::invalid);
  auto full = open_ticket();
  full.notes.resize(500);
  EXPECT_EQ(act(full, TicketAction::retry, "anna", "", noon()).error().kind, ErrorKind::exhausted);
}

}  // namespace
}  // namespace contactor::ota
