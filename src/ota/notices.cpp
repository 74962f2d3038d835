#include "ota/notices.h"

#include <fmt/format.h>

#include "ota/letter.h"
#include "ota/money_words.h"
#include "ota/plain_text.h"

namespace contactor::ota {
namespace {

constexpr std::size_t kNameMax = 80;
constexpr std::size_t kDetailMax = 1000;
constexpr std::size_t kContactMax = 200;

/// The brief's table of events and channels. A display is told what the car does, never what went wrong.
/// RULINGS T14 to T17.
struct ChannelRow {
  NoticeEvent event;
  bool email;
  bool push;
  bool display;
  bool is_outcome;
};
constexpr std::array kChannels{
    ChannelRow{NoticeEvent::PaymentConfirmed, true, true, false, false},
    ChannelRow{NoticeEvent::ActivationStarted, true, true, true, false},
    ChannelRow{NoticeEvent::ActivationSuccessful, true, true, true, true},
    ChannelRow{NoticeEvent::ActivationFailed, true, true, false, true},
    ChannelRow{NoticeEvent::MoneyReturned, true, false, false, true},
    ChannelRow{NoticeEvent::WorkshopVisit, true, true, false, true},
    ChannelRow{NoticeEvent::Alternative, true, true, false, true},
};

const ChannelRow& row_of(NoticeEvent event) { return kChannels.at(static_cast<std::size_t>(event)); }

/// The facts in the customer's words, every foreign text cleaned.
struct Words {
  std::string greeting;
  std::string service;
  std::string vehicle;  ///< "your ID.3"
  std::string questions;
  std::string detail;
  std::string money;
  bool enables = true;
};

std::string record_link(const NoticeFacts& facts) {
  std::string base = one_line(facts.console_url, kDetailMax);
  while (base.ends_with('/')) base.pop_back();
  if (base.empty()) return {};
  return fmt::format("{}/#/customers/{}/record", base,
                     encode_url_segment(facts.activation->order->customer.id.str()));
}

Words words_of(const NoticeFacts& facts) {
  const Order& order = *facts.activation->order;
  const std::string name = one_line(order.customer.name, kNameMax);
  const std::string service = one_line(order.service_name, kNameMax);
  const std::string model = one_line(order.vehicle_model, kNameMax);
  const std::string contact = one_line(facts.support_contact, kContactMax);
  return {.greeting = name.empty() ? "Hello," : fmt::format("Hello {},", name),
          .service = service.empty() ? one_line(order.service_id.str(), kNameMax) : service,
          .vehicle = model.empty() ? "your vehicle" : "your " + model,
          .questions = fmt::format("If you have any\nquestions, please contact support{}{}.",
                                   contact.empty() ? "" : " at ", contact),
          .detail = one_line(facts.detail, kDetailMax),
          .money = return_words(*facts.activation, facts.now),
          .enables = order.action == Action::activate};
}

void add_record_link(Letter& letter, const NoticeFacts& facts) {
  if (auto link = record_link(facts); !link.empty())
    letter.blocks.push_back(
        {.text = "View full details in your expediente de compra:", .link = std::move(link)});
}

void add_reference(Letter& letter, const NoticeFacts& facts) {
  if (const auto reference = one_line(facts.ticket_reference, kNameMax); !reference.empty())
    letter.blocks.push_back({.text = "Reference number: " + reference});
}

void add_paragraph(Letter& letter, std::string text) {
  if (!text.empty()) letter.blocks.push_back({.text = std::move(text)});
}

/// What a composer hands back: the letter, and the short forms.
struct Draft {
  Letter letter;
  std::string push_title;
  std::string push_body;
  std::string display;
};

Draft order_received(const Words& words, const NoticeFacts& facts) {
  const Activation& activation = *facts.activation;
  if (!words.enables) {
    Letter letter{.subject = fmt::format("Your order to switch off {}", words.service),
                  .blocks = {{words.greeting},
                             {fmt::format("We have received the order to switch off {} on {}.", words.service,
                                          words.vehicle)}}};
    add_record_link(letter, facts);
    return {.letter = std::move(letter),
            .push_title = "Order received",
            .push_body = words.service + " will be switched off"};
  }
  const bool paid = activation.order->payment.state != PaidAs::none;
  Letter letter{.subject = fmt::format("Your {}: {}", paid ? "purchase" : "order", words.service),
                .blocks = {{words.greeting}}};
  add_paragraph(
      letter,
      fmt::format("Thank you for your order. We will now activate {} on {}\nand tell you when it is ready.",
                  words.service, words.vehicle));
  letter.blocks.push_back(
      {.text = "Your order:",
       .items = {"Order: " + one_line(activation.order->order_id.str(), kNameMax),
                 "Service: " + words.service,
                 "Duration: " + duration_words(activation.order->duration) +
                     (activation.order->duration ? ", counted from your car's confirmation" : "")}});
  if (paid) letter.blocks.back().items.push_back("Amount: " + to_display(activation.order->payment.amount));
  letter.blocks.back().items.push_back("Payment: " + receipt_words(activation, facts.now));
  letter.blocks.back().items.push_back("Date: " + moment_words(activation.order->requested_at));
  add_record_link(letter, facts);
  return {.letter = std::move(letter),
          .push_title = paid ? "Service purchased" : "Service ordered",
          .push_body = fmt::format("{} for {}", words.service, words.vehicle)};
}

Draft started(const Words& words, const NoticeFacts& facts) {
  const std::string_view verb = words.enables ? "activating" : "switching off";
  Letter letter{
      .subject = words.enables ? "Activating your service" : "Switching off your service",
      .blocks = {
          {words.greeting},
          {fmt::format("We are {} {} on {}. You need not do anything;\nwe will tell you when it is done.",
                       verb, words.service, words.vehicle)}}};
  add_record_link(letter, facts);
  return {.letter = std::move(letter),
          .push_title = words.enables ? "Activating..." : "Switching off...",
          .push_body = fmt::format("{} on {}", words.service, words.vehicle),
          .display = "Receiving configuration"};
}

Draft switched_off(const Words& words, const NoticeFacts& facts) {
  const Instant at = facts.activation->confirmed_at.value_or(facts.now);
  Letter letter{
      .subject = fmt::format("Your {} is now switched off", words.service),
      .blocks = {{words.greeting},
                 {fmt::format("Your {} has been switched off on {}.", words.service, words.vehicle)},
                 {"Details:", {"Service: " + words.service, "Switched off: " + moment_words(at)}}}};
  add_record_link(letter, facts);
  return {.letter = std::move(letter),
          .push_title = "Service switched off",
          .push_body = fmt::format("{} on {}", words.service, words.vehicle),
          .display = "Feature disabled"};
}

Draft succeeded(const Words& words, const NoticeFacts& facts) {
  if (!words.enables) return switched_off(words, facts);
  const Activation& activation = *facts.activation;
  Letter letter{
      .subject = fmt::format("Your {} is now active", words.service),
      .blocks = {
          {words.greeting},
          {fmt::format(
              "Your {} has been successfully activated on {}.\nYou can start using this feature immediately.",
              words.service, words.vehicle)},
          {"Activation details:",
           {"Service: " + words.service, "Duration: " + duration_words(activation.order->duration),
            "Cost: " + cost_words(activation),
            "Activated: " + moment_words(activation.confirmed_at.value_or(facts.now))}}}};
  add_record_link(letter, facts);
  add_paragraph(letter, "Thank you for choosing CaaS.");
  return {.letter = std::move(letter),
          .push_title = "Service ready to use",
          .push_body = fmt::format("{} on {}", words.service, words.vehicle),
          .display = "Feature enabled"};
}

Draft not_yet_off(const Words& words, const NoticeFacts& facts) {
  Letter letter{.subject = fmt::format("Your {} is not switched off yet", words.service),
                .blocks = {{words.greeting},
                           {fmt::format("We were unable to switch off {} on {} so far.\nOur technical "
                                        "support team is working on it; you need "
                                        "not do anything.",
                                        words.service, words.vehicle)}}};
  add_paragraph(letter, words.money);
  add_reference(letter, facts);
  return {.letter = std::move(letter),
          .push_title = "Service not switched off yet",
          .push_body = "Our support team is working on it"};
}

std::string failure_subject(const Activation& activation) {
  if (provably_not_charged(activation)) return "Service activation issue - You have NOT been charged";
  return "Service activation issue";
}

Draft failed(const Words& words, const NoticeFacts& facts) {
  if (!words.enables) return not_yet_off(words, facts);
  Letter letter{.subject = failure_subject(*facts.activation), .blocks = {{words.greeting}}};
  add_paragraph(letter, fmt::format("We were unable to activate {} on {} due to\na technical issue. We have "
                                    "escalated this to our technical "
                                    "support team.",
                                    words.service, words.vehicle));
  if (!words.money.empty()) add_paragraph(letter, "Important: " + words.money);
  add_paragraph(letter, "Our team will contact you shortly to resolve this issue. " + words.questions);
  add_reference(letter, facts);
  add_paragraph(letter, "We apologize for the inconvenience.");
  return {.letter = std::move(letter),
          .push_title =
              provably_not_charged(*facts.activation) ? "Activation issue - not charged" : "Activation issue",
          .push_body = fmt::format("We could not activate {} on {}. Our support team is on it.",
                                   words.service, words.vehicle)};
}

std::string money_subject(const Activation& activation, const std::string& service) {
  if (provably_not_charged(activation)) return fmt::format("{}: You have NOT been charged", service);
  const bool refunded =
      activation.money_state == MoneyState::refunded && activation.order->payment.state != PaidAs::none;
  return service + (refunded ? ": Your payment has been refunded" : ": About your payment");
}

Draft money_returned(const Words& words, const NoticeFacts& facts) {
  Letter letter{.subject = money_subject(*facts.activation, words.service), .blocks = {{words.greeting}}};
  add_paragraph(letter, fmt::format("This is about your order of {} for {}.", words.service, words.vehicle));
  add_paragraph(letter, words.money);
  add_reference(letter, facts);
  add_record_link(letter, facts);
  return {.letter = std::move(letter)};
}

Draft workshop_visit(const Words& words, const NoticeFacts& facts) {
  Letter letter{.subject = fmt::format("Workshop visit required for {}", words.vehicle),
                .blocks = {{words.greeting}}};
  add_paragraph(
      letter,
      fmt::format("To find out why {} cannot be used on {},\nour technicians need to inspect the vehicle.",
                  words.service, words.vehicle));
  add_paragraph(letter, words.detail);
  add_paragraph(letter, words.money);
  add_paragraph(letter, words.questions);
  add_reference(letter, facts);
  return {.letter = std::move(letter),
          .push_title = "Workshop visit required",
          .push_body = fmt::format("Our technicians need to inspect {}.", words.vehicle)};
}

Draft alternative(const Words& words, const NoticeFacts& facts) {
  Letter letter{.subject = fmt::format("An alternative solution for {}", words.service),
                .blocks = {{words.greeting}}};
  add_paragraph(letter, fmt::format("A fault on our side keeps us from delivering {} on {}.", words.service,
                                    words.vehicle));
  if (!words.detail.empty()) add_paragraph(letter, "What we offer you instead: " + words.detail);
  add_paragraph(letter, words.money);
  add_paragraph(letter, words.questions);
  add_reference(letter, facts);
  return {.letter = std::move(letter),
          .push_title = "Alternative solution",
          .push_body = fmt::format("There is news about {}.", words.service)};
}

Draft draft(NoticeEvent event, const NoticeFacts& facts) {
  const Words words = words_of(facts);
  switch (event) {
    case NoticeEvent::PaymentConfirmed:
      return order_received(words, facts);
    case NoticeEvent::ActivationStarted:
      return started(words, facts);
    case NoticeEvent::ActivationSuccessful:
      return succeeded(words, facts);
    case NoticeEvent::ActivationFailed:
      return failed(words, facts);
    case NoticeEvent::MoneyReturned:
      return money_returned(words, facts);
    case NoticeEvent::WorkshopVisit:
      return workshop_visit(words, facts);
    case NoticeEvent::Alternative:
      return alternative(words, facts);
  }
  return {};
}

}  // namespace

bool is_sent(NoticeEvent event, Channel channel) {
  const ChannelRow& row = row_of(event);
  switch (channel) {
    case Channel::email:
      return row.email;
    case Channel::push:
      return row.push;
    case Channel::display:
      return row.display;
  }
  return false;
}

bool repeats_after_unknown(NoticeEvent event, Channel channel) {
  return channel == Channel::email && row_of(event).is_outcome;
}

Notice compose(NoticeEvent event, const NoticeFacts& facts) {
  CTR_ASSERT(facts.activation != nullptr && facts.activation->order != nullptr);
  Draft parts = draft(event, facts);
  const ChannelRow& row = row_of(event);
  Notice notice;
  if (row.email) {
    notice.email_text = to_text(parts.letter);
    notice.email_html = to_html(parts.letter);
    notice.email_subject = std::move(parts.letter.subject);
  }
  if (row.push) {
    notice.push_title = std::move(parts.push_title);
    notice.push_body = std::move(parts.push_body);
  }
  if (row.display) notice.display = std::move(parts.display);
  return notice;
}

}  // namespace contactor::ota
