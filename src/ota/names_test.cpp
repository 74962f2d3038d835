#include <gtest/gtest.h>

#include <set>

#include "ota/notices.h"
#include "ota/ticket.h"

namespace contactor::ota {
namespace {

/// Every value up to `last` has a text of its own that reads back as the value.
template <class Enum, class Parse>
void expect_round_trip(Enum last, Parse parse) {
  std::set<std::string> seen;
  for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    EXPECT_EQ(parse(to_string(value)), value);
    EXPECT_TRUE(seen.insert(std::string(to_string(value))).second) << to_string(value);
  }
  EXPECT_EQ(parse(""), std::nullopt);
  EXPECT_EQ(parse("no such name"), std::nullopt);
}

TEST(Names, EveryEnumeratorReadsBackAsItself) {
  expect_round_trip(State::Deactivated, parse_state);
  expect_round_trip(ServiceStatus::Canceled, parse_service_status);
  expect_round_trip(MoneyState::written_off, parse_money_state);
  expect_round_trip(Action::deactivate, parse_action);
  expect_round_trip(Origin::pre_delivery, parse_origin);
  expect_round_trip(FailureCategory::MaxRetriesExceeded, parse_failure_category);
  expect_round_trip(CommandStatus::timed_out, parse_command_status);
  expect_round_trip(Provider::external, parse_provider);
  expect_round_trip(PaidAs::captured, parse_paid_as);
  expect_round_trip(NoticeEvent::Alternative, parse_notice_event);
  expect_round_trip(Channel::display, parse_channel);
  expect_round_trip(Priority::MEDIUM, parse_priority);
  expect_round_trip(TicketState::closed, parse_ticket_state);
  expect_round_trip(TicketAction::close, parse_ticket_action);
}

TEST(Names, StatesAreSpelledAsTheDiagramSpellsThem) {
  EXPECT_EQ(to_string(State::PaymentConfirmed), "PaymentConfirmed");
  EXPECT_EQ(to_string(State::EscalatingToSupport), "EscalatingToSupport");
  EXPECT_EQ(parse_state("active"), std::nullopt);
}

TEST(Names, ServiceStatusesAreSpelledAsTheServiceDatabaseSpellsThem) {
  EXPECT_EQ(to_string(ServiceStatus::PendingSupport), "Pending Support");
  EXPECT_EQ(to_string(ServiceStatus::FailedActivation), "Failed Activation");
  EXPECT_EQ(parse_service_status("PendingSupport"), std::nullopt);
}

TEST(StateEnds, FourStatesAreFinal) {
  int finals = 0;
  for (std::size_t i = 0; i < kStateCount; ++i) finals += is_final(static_cast<State>(i)) ? 1 : 0;
  EXPECT_EQ(finals, 4);
  EXPECT_TRUE(is_final(State::Active) && is_final(State::Failed) && is_final(State::Canceled) &&
              is_final(State::Deactivated));
}

TEST(StateEnds, MoneyInMotionOrInCustodyKeepsARowAlive) {
  for (const auto money : {MoneyState::held, MoneyState::prepaid, MoneyState::capturing,
                           MoneyState::releasing, MoneyState::refunding})
    EXPECT_FALSE(is_settled(State::Failed, money)) << to_string(money);
  for (const auto money : {MoneyState::none, MoneyState::captured, MoneyState::released, MoneyState::refunded,
                           MoneyState::written_off}) {
    EXPECT_TRUE(is_settled(State::Failed, money)) << to_string(money);
    EXPECT_FALSE(is_settled(State::WaitingResponse, money)) << to_string(money);
  }
}

TEST(CommandId, ReadsBackWhatItWrote) {
  const ActivationId id(0x0123456789abcdef);
  for (const std::uint32_t ordinal : {1U, 9U, 10U, 999'999'999U}) {
    const auto ref = parse_command_id(command_id(id, ordinal));
    ASSERT_TRUE(ref);
    EXPECT_EQ(ref->activation, id);
    EXPECT_EQ(ref->ordinal, ordinal);
  }
}

TEST(CommandId, HasOneSpellingOnly) {
  const std::string stem = "cmd_" + encode_base32(0x0123456789abcdef);
  ASSERT_TRUE(parse_command_id(stem + "_7"));
  for (const auto* tail : {"", "_", "_0", "_07", "_+7", "_-7", "_ 7", "_7 ", "_7x", "_1234567890", "-7"})
    EXPECT_FALSE(parse_command_id(stem + tail)) << tail;
  std::string lower = stem + "_7";
  for (auto& letter : lower) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  EXPECT_FALSE(parse_command_id(lower));
  EXPECT_FALSE(parse_command_id("cmd_0000000000000_1"));
  EXPECT_FALSE(parse_command_id("cmd_ZZZZZZZZZZZZZ_1"));
  EXPECT_FALSE(parse_command_id("act_" + encode_base32(7) + "_1"));
  EXPECT_FALSE(parse_command_id(""));
}

}  // namespace
}  // namespace contactor::ota
