#include "ota/ticket.h"

#include <gmock/gmock.h>

#include "ota/sla.h"

namespace contactor::ota {
namespace {

constexpr std::string_view kLamp = "lamp";

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

Order paid_order() {
  Order order;
  order.order_id = OrderId("o-1");
  order.vin = Vin::parse("WVWZZZ1JZXW000001").value();
  order.customer = {
      .id = CustomerId("c-1"), .name = "Ann", .email = "ann@example.org", .push_token = {}, .locale = {}};
  order.service_id = ServiceId(std::string(kLamp));
  order.service_name = "Matrix light";
  order.payment = {.provider = Provider::stripe,
                   .transaction_id = "pi_1",
                   .amount = {.minor_units = 1290, .currency = Currency::parse("EUR").value()},
                   .state = PaidAs::authorized};
  order.configuration = R"({"light":true})";
  order.requested_at = at("2026-11-18T09:00:00Z");
  return order;
}

Activation activation_of(Order order) {
  Activation activation;
  activation.id = ActivationId(0x1234567890);
  activation.order = std::make_shared<const Order>(std::move(order));
  activation.command_ordinal = 6;
  activation.generation = 41;
  activation.last_failure = Failure{.category = FailureCategory::VehicleOffline,
                                    .http_status = 503,
                                    .code = "vehicle_offline",
                                    .message = "no signal"};
  return activation;
}

VehicleStatus status_with(bool active, std::uint64_t generation) {
  VehicleStatus status;
  status.features = {{.service_id = "other", .active = true, .generation = 41},
                     {.service_id = std::string(kLamp), .active = active, .generation = generation}};
  return status;
}

Diagnostics seen(VehicleStatus status) {
  Diagnostics diagnostics;
  diagnostics.status = std::move(status);
  return diagnostics;
}

IotHistoryItem item(std::string command, bool enable, CommandStatus status, std::string_view when) {
  return {.command_id = std::move(command),
          .service_id = std::string(kLamp),
          .enable = enable,
          .status = status,
          .at = at(when),
          .source = "iot"};
}

Ticket ticket_of(const Activation& activation, const Diagnostics& diagnostics) {
  return build_ticket(TicketId(99), activation, diagnostics, {}, "dora", at("2026-11-18T10:00:00Z"));
}

TEST(Ticket, CarriesAllEighteenFields) {
  const auto activation = activation_of(paid_order());
  auto status = status_with(false, 40);
  status.online = true;
  status.signal_strength_dbm = -87;
  status.firmware_version = "4.10";
  status.snapshot = R"({"online":true})";
  auto diagnostics = seen(status);
  diagnostics.attempts = {
      {.number = 1, .at = at("2026-11-18T09:00:01Z"), .command_id = "cmd", .response = "503"}};
  const auto ticket = ticket_of(activation, diagnostics);
  EXPECT_EQ(ticket.id, TicketId(99));
  EXPECT_EQ(ticket.vin, activation.order->vin);
  EXPECT_EQ(ticket.customer_id.str(), "c-1");
  EXPECT_EQ(ticket.customer_email, "ann@example.org");
  EXPECT_EQ(ticket.service_id.str(), kLamp);
  EXPECT_EQ(ticket.service_name, "Matrix light");
  EXPECT_EQ(ticket.payment_transaction_id, "pi_1");
  EXPECT_EQ(ticket.payment_amount.value().minor_units, 1290);
  EXPECT_EQ(ticket.activation_requested_at, activation.order->requested_at);
  ASSERT_EQ(ticket.retry_attempts.size(), 1U);
  EXPECT_EQ(ticket.retry_attempts[0].response, "503");
  EXPECT_EQ(ticket.last_error_code, "vehicle_offline");
  EXPECT_EQ(ticket.last_error_message, "no signal");
  EXPECT_EQ(ticket.vehicle_status_snapshot.value, R"({"online":true})");
  EXPECT_EQ(ticket.vehicle_online_status.value, "online");
  EXPECT_EQ(ticket.network_signal_strength.value, "-87 dBm");
  EXPECT_EQ(ticket.vehicle_firmware_version.value, "4.10");
  EXPECT_EQ(ticket.configuration_payload, R"({"light":true})");
  EXPECT_EQ(ticket.priority, Priority::HIGH);
  EXPECT_EQ(ticket.assigned_to, "dora");
  EXPECT_EQ(ticket.category, FailureCategory::MaxRetriesExceeded);
  EXPECT_EQ(ticket.version, 1U);
}

TEST(Ticket, SaysWhyAFieldIsMissing) {
  Activation activation;
  activation.order = std::make_shared<const Order>();
  Diagnostics diagnostics;
  diagnostics.status = fail(ErrorKind::timed_out, "iot_api", "the vehicle did not answer within 15s");
  const auto ticket = ticket_of(activation, diagnostics);
  for (const auto* finding : {&ticket.vehicle_status_snapshot, &ticket.vehicle_online_status,
                              &ticket.network_signal_strength, &ticket.vehicle_firmware_version}) {
    EXPECT_EQ(finding->value, "");
    EXPECT_EQ(finding->unavailable, "the vehicle did not answer within 15s");
  }
  for (const auto* text :
       {&ticket.customer_email, &ticket.service_name, &ticket.payment_transaction_id, &ticket.last_error_code,
        &ticket.last_error_message, &ticket.configuration_payload})
    EXPECT_THAT(*text, testing::StartsWith("not available: "));
  EXPECT_EQ(ticket.payment_amount, std::nullopt);
}

TEST(Ticket, TakesReachabilityFromHealthWhereTheStatusFailed) {
  Diagnostics diagnostics;
  VehicleHealth health;
  health.signal_strength_dbm = -101;
  diagnostics.health = health;
  const auto ticket = ticket_of(activation_of(paid_order()), diagnostics);
  EXPECT_EQ(ticket.vehicle_online_status.value, "offline");
  EXPECT_EQ(ticket.network_signal_strength.value, "-101 dBm");
  EXPECT_FALSE(ticket.vehicle_firmware_version.unavailable.empty());
}

TEST(Ticket, KeepsTheCategoryOfATerminalFailure) {
  auto activation = activation_of(paid_order());
  activation.last_failure->category = FailureCategory::AuthorizationFailure;
  activation.last_failure->code.clear();
  const auto ticket = ticket_of(activation, {});
  EXPECT_EQ(ticket.category, FailureCategory::AuthorizationFailure);
  EXPECT_EQ(ticket.last_error_code, "HTTP 503");
}

TEST(TicketPriority, IsHighOnlyWhereACustomerHasPaidAndWaits) {
  auto order = paid_order();
  EXPECT_EQ(priority_of(order), Priority::HIGH);
  order.payment.state = PaidAs::captured;
  EXPECT_EQ(priority_of(order), Priority::HIGH);
  order.payment.state = PaidAs::none;
  EXPECT_EQ(priority_of(order), Priority::MEDIUM);
  order = paid_order();
  order.origin = Origin::pre_delivery;
  EXPECT_EQ(priority_of(order), Priority::MEDIUM);
  order = paid_order();
  order.action = Action::deactivate;
  EXPECT_EQ(priority_of(order), Priority::MEDIUM);
}

TEST(TicketSla, HighRunsRoundTheClock) {
  const auto times = sla_times({}, Priority::HIGH, at("2026-11-20T23:30:00Z"));
  EXPECT_EQ(times.respond_by, at("2026-11-21T00:30:00Z"));
  EXPECT_EQ(times.solve_by, at("2026-11-21T07:30:00Z"));
}

TEST(TicketSla, MediumStandsStillAtTheWeekend) {
  const auto midweek = sla_times({}, Priority::MEDIUM, at("2026-11-16T10:00:00Z"));
  EXPECT_EQ(midweek.respond_by, at("2026-11-16T18:00:00Z"));
  EXPECT_EQ(midweek.solve_by, at("2026-11-19T10:00:00Z"));
  const auto friday = sla_times({}, Priority::MEDIUM, at("2026-11-20T20:00:00Z"));
  EXPECT_EQ(friday.respond_by, at("2026-11-23T04:00:00Z"));
  EXPECT_EQ(friday.solve_by, at("2026-11-25T20:00:00Z"));
  const auto sunday = sla_times({}, Priority::MEDIUM, at("2026-11-22T12:00:00Z"));
  EXPECT_EQ(sunday.respond_by, at("2026-11-23T08:00:00Z"));
  EXPECT_EQ(sunday.solve_by, at("2026-11-26T00:00:00Z"));
}

TEST(TicketConfirms, TheFeatureInTheWantedStateAtOurGeneration) {
  const auto activation = activation_of(paid_order());
  EXPECT_TRUE(confirms(seen(status_with(true, 41)), activation));
  EXPECT_FALSE(confirms(seen(status_with(true, 40)), activation)) << "an older on is not our on";
  EXPECT_FALSE(confirms(seen(status_with(true, 42)), activation));
  EXPECT_FALSE(confirms(seen(status_with(false, 41)), activation));
  EXPECT_FALSE(confirms({}, activation));
}

TEST(TicketConfirms, OffAtOurGenerationOrLater) {
  auto order = paid_order();
  order.action = Action::deactivate;
  const auto activation = activation_of(order);
  EXPECT_TRUE(confirms(seen(status_with(false, 41)), activation));
  EXPECT_TRUE(confirms(seen(status_with(false, 42)), activation));
  EXPECT_FALSE(confirms(seen(status_with(false, 40)), activation));
  EXPECT_FALSE(confirms(seen(status_with(true, 41)), activation));
  EXPECT_FALSE(confirms(seen({}), activation)) << "a feature that is not listed proves nothing";
}

TEST(TicketConfirms, OurCommandCalledApplied) {
  const auto activation = activation_of(paid_order());
  auto status = status_with(true, 41);
  status.command = CommandStatus::applied;
  EXPECT_TRUE(confirms(seen(status), activation));
  for (const std::uint64_t generation : {40U, 42U}) {
    auto lie = status_with(false, generation);
    lie.command = CommandStatus::applied;
    EXPECT_FALSE(confirms(seen(lie), activation)) << "the car shows the feature dormant, whatever is said of the command";
  }
}

TEST(TicketConfirms, NothingWhereNothingWasSent) {
  auto activation = activation_of(paid_order());
  activation.command_ordinal = 0;
  auto status = status_with(true, 41);
  status.command = CommandStatus::applied;
  EXPECT_FALSE(confirms(seen(status), activation));
}

TEST(TicketConfirms, OurLastCommandInTheHistory) {
  const auto activation = activation_of(paid_order());
  const auto last = command_id(activation.id, 6);
  const auto ask = [&](std::vector<IotHistoryItem> items) {
    Diagnostics diagnostics;
    diagnostics.history = std::move(items);
    return confirms(diagnostics, activation);
  };
  using enum CommandStatus;
  EXPECT_TRUE(ask({item(last, true, applied, "2026-11-18T10:00:00Z")}));
  EXPECT_FALSE(ask({item(last, true, delivered, "2026-11-18T10:00:00Z")}));
  EXPECT_FALSE(ask({item(command_id(activation.id, 5), true, applied, "2026-11-18T10:00:00Z")}));
  EXPECT_FALSE(ask({item(last, true, applied, "2026-11-18T10:00:00Z"),
                    item("cmd_foreign", false, applied, "2026-11-18T10:05:00Z")}));
  EXPECT_TRUE(ask({item("cmd_foreign", false, applied, "2026-11-18T09:05:00Z"),
                   item(last, true, applied, "2026-11-18T10:00:00Z")}));
  EXPECT_FALSE(ask({}));
}

}  // namespace
}  // namespace contactor::ota
