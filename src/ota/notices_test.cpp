#include "ota/notices.h"

#include <gmock/gmock.h>

#include "ota/money_words.h"

namespace contactor::ota {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr NoticeEvent kEvents[] = {NoticeEvent::PaymentConfirmed,     NoticeEvent::ActivationStarted,
                                   NoticeEvent::ActivationSuccessful, NoticeEvent::ActivationFailed,
                                   NoticeEvent::MoneyReturned,        NoticeEvent::WorkshopVisit,
                                   NoticeEvent::Alternative};

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

/// One activation with its order open to change, and the facts around it.
struct Case {
  Case() {
    order.order_id = OrderId("o-1");
    order.customer = {
        .id = CustomerId("c/1"), .name = "Ann", .email = "a@example.org", .push_token = "p", .locale = {}};
    order.service_id = ServiceId("matrix");
    order.service_name = "Matrix Light";
    order.vehicle_model = "Octavia";
    order.duration = std::chrono::hours(24 * 30);
    order.requested_at = at("2026-11-21T06:30:00Z");
    order.payment.amount = {.minor_units = 1290, .currency = Currency::parse("EUR").value()};
    order.payment.state = PaidAs::authorized;
    activation.confirmed_at = at("2026-11-21T06:38:14Z");
  }
  Notice notice(NoticeEvent event) {
    activation.order = std::make_shared<const Order>(order);
    return compose(event, {.activation = &activation,
                           .now = at("2026-11-22T07:00:00Z"),
                           .console_url = "https://caas.example/",
                           .support_contact = "help@caas.example",
                           .ticket_reference = "tkt_1",
                           .detail = detail});
  }
  Order order;
  Activation activation;
  std::string detail = "Monday at nine";
};

std::string lower(std::string text) {
  for (auto& letter : text) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return text;
}

std::string everything(const Notice& notice) {
  return lower(notice.email_subject + "\n" + notice.email_text + "\n" + notice.email_html + "\n" +
               notice.push_title + "\n" + notice.push_body + "\n" + notice.display);
}

bool says(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

TEST(NoticeChannels, FollowTheBriefsTable) {
  struct Row {
    NoticeEvent event;
    bool email, push, display;
  };
  const Row rows[] = {{NoticeEvent::PaymentConfirmed, true, true, false},
                      {NoticeEvent::ActivationStarted, true, true, true},
                      {NoticeEvent::ActivationSuccessful, true, true, true},
                      {NoticeEvent::ActivationFailed, true, true, false},
                      {NoticeEvent::MoneyReturned, true, false, false},
                      {NoticeEvent::WorkshopVisit, true, true, false},
                      {NoticeEvent::Alternative, true, true, false}};
  for (const auto& row : rows) {
    EXPECT_EQ(is_sent(row.event, Channel::email), row.email) << to_string(row.event);
    EXPECT_EQ(is_sent(row.event, Channel::push), row.push) << to_string(row.event);
    EXPECT_EQ(is_sent(row.event, Channel::display), row.display) << to_string(row.event);
  }
}

TEST(NoticeChannels, CarryContentExactlyWhereTheyAreUsed) {
  for (const auto action : {Action::activate, Action::deactivate}) {
    for (const auto event : kEvents) {
      Case test;
      test.order.action = action;
      const auto notice = test.notice(event);
      const bool email = is_sent(event, Channel::email);
      const bool push = is_sent(event, Channel::push);
      EXPECT_EQ(!notice.email_subject.empty() && !notice.email_text.empty() && !notice.email_html.empty(),
                email);
      EXPECT_EQ(!notice.push_title.empty() && !notice.push_body.empty(), push) << to_string(event);
      EXPECT_EQ(!notice.display.empty(), is_sent(event, Channel::display)) << to_string(event);
      EXPECT_LE(notice.display.size(), 64U);
    }
  }
}

TEST(NoticeChannels, OnlyMailsOfOutcomesAreRepeated) {
  for (const auto event : kEvents) {
    const bool progress = event == NoticeEvent::PaymentConfirmed || event == NoticeEvent::ActivationStarted;
    EXPECT_EQ(repeats_after_unknown(event, Channel::email), !progress) << to_string(event);
    EXPECT_FALSE(repeats_after_unknown(event, Channel::push));
    EXPECT_FALSE(repeats_after_unknown(event, Channel::display));
  }
}

TEST(Notices, ShortTextsAreTheBriefs) {
  Case test;
  test.activation.money_state = MoneyState::released;
  EXPECT_EQ(test.notice(NoticeEvent::PaymentConfirmed).push_title, "Service purchased");
  EXPECT_EQ(test.notice(NoticeEvent::ActivationStarted).email_subject, "Activating your service");
  EXPECT_EQ(test.notice(NoticeEvent::ActivationStarted).push_title, "Activating...");
  EXPECT_EQ(test.notice(NoticeEvent::ActivationStarted).display, "Receiving configuration");
  EXPECT_EQ(test.notice(NoticeEvent::ActivationSuccessful).push_title, "Service ready to use");
  EXPECT_EQ(test.notice(NoticeEvent::ActivationSuccessful).display, "Feature enabled");
  EXPECT_EQ(test.notice(NoticeEvent::ActivationFailed).push_title, "Activation issue - not charged");
}

TEST(Notices, SuccessIsTheBriefsExampleLineByLine) {
  Case test;
  test.activation.money_state = MoneyState::captured;
  const auto notice = test.notice(NoticeEvent::ActivationSuccessful);
  EXPECT_EQ(notice.email_subject, "Your Matrix Light is now active");
  EXPECT_EQ(notice.email_text,
            "Hello Ann,\n\n"
            "Your Matrix Light has been successfully activated on your Octavia.\n"
            "You can start using this feature immediately.\n\n"
            "Activation details:\n"
            "- Service: Matrix Light\n"
            "- Duration: 30 days\n"
            "- Cost: 12.90 EUR\n"
            "- Activated: 2026-11-21 06:38 UTC\n\n"
            "View full details in your expediente de compra:\n"
            "https://caas.example/#/customers/c%2F1/record\n\n"
            "Thank you for choosing CaaS.\n");
}

TEST(Notices, FailureIsTheBriefsExampleLineByLine) {
  Case test;
  test.activation.money_state = MoneyState::released;
  const auto notice = test.notice(NoticeEvent::ActivationFailed);
  EXPECT_EQ(notice.email_subject, "Service activation issue - You have NOT been charged");
  EXPECT_EQ(notice.email_text,
            "Hello Ann,\n\n"
            "We were unable to activate Matrix Light on your Octavia due to\n"
            "a technical issue. We have escalated this to our technical support team.\n\n"
            "Important: You have NOT been charged for this service.\n\n"
            "Our team will contact you shortly to resolve this issue. If you have any\n"
            "questions, please contact support at help@caas.example.\n\n"
            "Reference number: tkt_1\n\n"
            "We apologize for the inconvenience.\n");
}

TEST(Notices, ClaimAboutMoneyOnlyWhatTheLedgerSays) {
  for (unsigned money = 0; money <= static_cast<unsigned>(MoneyState::written_off); ++money)
    for (const auto event : kEvents)
      for (const auto origin : {Origin::customer, Origin::pre_delivery})
        for (const auto paid : {PaidAs::none, PaidAs::authorized, PaidAs::captured})
          for (const auto action : {Action::activate, Action::deactivate}) {
            Case test;
            test.activation.money_state = static_cast<MoneyState>(money);
            test.order.origin = origin;
            test.order.payment.state = paid;
            test.order.action = action;
            const auto text = everything(test.notice(event));
            SCOPED_TRACE(fmt::format("{} {} {} {} {}", to_string(event),
                                     to_string(test.activation.money_state), to_string(origin),
                                     to_string(paid), to_string(action)));
            const bool proven = test.activation.money_state == MoneyState::released &&
                                paid == PaidAs::authorized && origin == Origin::customer;
            if (!proven) {
              EXPECT_FALSE(says(text, "not been charged") || says(text, "not charged"));
            }
            if (test.activation.money_state != MoneyState::refunded) {
              EXPECT_FALSE(says(text, "been refunded"));
            }
            if (test.activation.money_state != MoneyState::refunding) {
              EXPECT_FALSE(says(text, "being refunded"));
            }
            if (test.activation.money_state != MoneyState::released) {
              EXPECT_FALSE(says(text, "been released"));
            }
            if (paid == PaidAs::none) {
              EXPECT_FALSE(says(text, "refund") || says(text, "amount held") ||
                           says(text, "your payment of"));
            }
          }
}

TEST(Notices, FailureSaysWhatBecomesOfTheMoney) {
  const std::pair<MoneyState, std::string_view> rows[] = {
      {MoneyState::held, "The amount held (12.90 EUR) is being released; we will confirm."},
      {MoneyState::releasing, "The amount held (12.90 EUR) is being released; we will confirm."},
      {MoneyState::released, "You have NOT been charged for this service."},
      {MoneyState::prepaid, "We are returning your payment of 12.90 EUR; we will confirm."},
      {MoneyState::refunding, "Your payment of 12.90 EUR is being refunded; we will confirm."},
      {MoneyState::refunded, "Your payment of 12.90 EUR has been refunded on 2026-11-22."}};
  for (const auto& [money, sentence] : rows) {
    Case test;
    test.activation.money_state = money;
    const auto notice = test.notice(NoticeEvent::ActivationFailed);
    EXPECT_THAT(notice.email_text, HasSubstr("Important: " + std::string(sentence)));
    EXPECT_THAT(notice.email_html, HasSubstr(std::string(sentence)));
    const bool proven = money == MoneyState::released;
    EXPECT_EQ(notice.push_title, proven ? "Activation issue - not charged" : "Activation issue");
    EXPECT_THAT(test.notice(NoticeEvent::MoneyReturned).email_text, HasSubstr(std::string(sentence)));
  }
}

TEST(Notices, ReceiptSaysHeldOrPaidAsItIs) {
  Case test;
  test.activation.money_state = MoneyState::held;
  EXPECT_THAT(test.notice(NoticeEvent::PaymentConfirmed).email_text,
              HasSubstr("- Payment: reserved; it will be charged when your car confirms the activation\n"));
  test.activation.money_state = MoneyState::prepaid;
  test.order.payment.state = PaidAs::captured;
  EXPECT_THAT(test.notice(NoticeEvent::PaymentConfirmed).email_text,
              HasSubstr("- Amount: 12.90 EUR\n- Payment: paid\n"));
  test.order.payment.state = PaidAs::none;
  test.activation.money_state = MoneyState::none;
  const auto unpaid = test.notice(NoticeEvent::PaymentConfirmed);
  EXPECT_THAT(unpaid.email_text, HasSubstr("- Payment: no payment with this order\n"));
  EXPECT_EQ(unpaid.push_title, "Service ordered");
}

TEST(Notices, DeactivationsSpeakOfSwitchingOff) {
  Case test;
  test.order.action = Action::deactivate;
  test.order.payment.state = PaidAs::none;
  for (const auto event : {NoticeEvent::PaymentConfirmed, NoticeEvent::ActivationStarted,
                           NoticeEvent::ActivationSuccessful, NoticeEvent::ActivationFailed}) {
    const auto text = everything(test.notice(event));
    EXPECT_TRUE(says(text, "switch")) << to_string(event);
    EXPECT_FALSE(says(text, "activat") || says(text, "now active") || says(text, "purchased"))
        << to_string(event);
  }
  EXPECT_EQ(test.notice(NoticeEvent::ActivationSuccessful).display, "Feature disabled");
}

TEST(Notices, ForeignWordsCannotBreakOut) {
  Case test;
  test.order.customer.name = "Ann\r\nBcc: all@example.org";
  test.order.service_name = "<script>alert(1)</script>\r\nX-Evil: 1";
  test.order.vehicle_model = "\"><img src=x onerror=y>";
  test.order.customer.id = CustomerId("\"><a href='javascript:x'>/../");
  test.detail = "<b>\n\n- Cost: 0.00 EUR";
  for (const auto event : kEvents) {
    const auto notice = test.notice(event);
    EXPECT_EQ(notice.email_subject.find_first_of("\r\n"), std::string::npos);
    EXPECT_EQ(notice.push_title.find_first_of("\r\n"), std::string::npos);
    EXPECT_EQ(notice.push_body.find_first_of("\r\n"), std::string::npos);
    EXPECT_EQ(notice.email_text.find('\r'), std::string::npos);
    EXPECT_THAT(notice.email_text, Not(HasSubstr("\nBcc:")));
    EXPECT_THAT(notice.email_text, Not(HasSubstr("\nX-Evil")));
    EXPECT_THAT(notice.email_text, Not(HasSubstr("\n- Cost: 0.00")));
    for (const auto* tag : {"<script", "<img", "<b>", "<a href='"})
      EXPECT_THAT(notice.email_html, Not(HasSubstr(tag))) << to_string(event);
  }
}

TEST(Notices, MissingFactsLeaveTrueSentences) {
  Case test;
  test.order.customer.name.clear();
  test.order.vehicle_model.clear();
  test.order.service_name.clear();
  test.activation.order = std::make_shared<const Order>(test.order);
  const auto notice = compose(NoticeEvent::ActivationFailed, {.activation = &test.activation});
  EXPECT_THAT(notice.email_text, HasSubstr("Hello,\n"));
  EXPECT_THAT(notice.email_text, HasSubstr("unable to activate matrix on your vehicle due"));
  EXPECT_THAT(notice.email_text, HasSubstr("please contact support.\n"));
  EXPECT_THAT(notice.email_text, Not(HasSubstr("Reference number")));
  const auto success = compose(NoticeEvent::ActivationSuccessful, {.activation = &test.activation});
  EXPECT_THAT(success.email_text, Not(HasSubstr("expediente")));
}

TEST(Notices, OnlyWebAddressesCanBeClicked) {
  Case test;
  EXPECT_THAT(test.notice(NoticeEvent::ActivationSuccessful).email_html,
              HasSubstr("<a href=\"https://caas.example/#/customers/c%2F1/record\">"));
  const auto notice = compose(NoticeEvent::ActivationSuccessful,
                              {.activation = &test.activation, .console_url = "javascript:alert(1)"});
  EXPECT_THAT(notice.email_html, Not(HasSubstr("<a ")));
}

TEST(DurationWords, AreWhatPeopleSay) {
  using namespace std::chrono_literals;
  EXPECT_EQ(duration_words(std::nullopt), "permanent");
  EXPECT_EQ(duration_words(24h), "1 day");
  EXPECT_EQ(duration_words(36h), "1 day 12 hours");
  EXPECT_EQ(duration_words(90min), "1 hour 30 minutes");
  EXPECT_EQ(duration_words(30s), "30 seconds");
  EXPECT_EQ(duration_words(1ms), "less than a second");
}

}  // namespace
}  // namespace contactor::ota
