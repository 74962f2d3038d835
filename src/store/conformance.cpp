#include "store/conformance.h"

namespace contactor::store::testing {

Vin a_vin(int number) { return *Vin::parse(fmt::format("WVWZZZ1JZXW{:06}", number)); }

ActivationId an_id(int number) { return ActivationId((std::int64_t{number} << 21) | a_vin(number).shard()); }

namespace {

ota::HistoryEntry an_entry_after(const ota::Activation& after) {
  ota::HistoryEntry entry;
  entry.seq = after.history_count;
  entry.at = after.updated_at;
  entry.event = "tested";
  entry.path = {after.state};
  entry.service_status = after.service_status;
  entry.money_state = after.money_state;
  entry.attempts = after.attempts;
  entry.retries = after.retries;
  entry.actor = "test";
  entry.command_id = ota::command_id(after.id, after.command_ordinal);
  entry.failure = after.last_failure;
  entry.detail = "one sentence";
  entry.node = "n1";
  entry.hash.fill(static_cast<std::uint8_t>(after.history_count));
  return entry;
}

std::shared_ptr<const ota::Order> an_order(int number) {
  ota::Order order;
  order.order_id = OrderId(fmt::format("order-{}", number));
  order.vin = a_vin(number);
  order.customer = {.id = CustomerId("cust-1"),
                    .name = "Ada \"A\"",
                    .email = "ada@example.org",
                    .push_token = {},
                    .locale = "de"};
  order.service_id = ServiceId("seat-heating");
  order.service_name = "Sitzheizung ü";
  order.vehicle_model = "ID.3";
  order.duration = std::chrono::hours(24);
  order.payment = {.provider = ota::Provider::stripe,
                   .transaction_id = fmt::format("pi_{}", number),
                   .amount = {.minor_units = 1290, .currency = *Currency::parse("EUR")},
                   .state = ota::PaidAs::authorized};
  order.configuration = R"({"seatHeating":true})";
  order.template_version = 3;
  order.requirements.compatible_models = {"ID.3", "ID.4"};
  order.requirements.requires_services = {ServiceId("base")};
  order.requested_at = kNow;
  order.ordered_by = "shop";
  order.extends_from = kNow + Millis(5);
  return std::make_shared<const ota::Order>(std::move(order));
}

}  // namespace

ports::ActivationWrite a_new_one(int number) {
  ports::ActivationWrite write;
  auto& after = write.after;
  after.id = an_id(number);
  after.version = 1;
  after.state = ota::State::QueuedForActivation;
  after.money_state = ota::MoneyState::held;
  after.order = an_order(number);
  after.next_action_at = kNow;
  after.created_at = after.updated_at = kNow;
  after.history_count = 1;
  write.history = {an_entry_after(after)};
  after.history_head = write.history[0].hash;
  return write;
}

ports::ActivationWrite a_step(const ota::Activation& before) {
  ports::ActivationWrite write;
  write.base_version = before.version;
  write.after = before;
  write.after.version = before.version + 1;
  write.after.updated_at = before.updated_at + Millis(1);
  write.after.history_count = before.history_count + 1;
  write.history = {an_entry_after(write.after)};
  write.after.history_head = write.history[0].hash;
  return write;
}

ports::ActivationWrite an_end(const ota::Activation& before) {
  auto write = a_step(before);
  write.after.state = ota::State::Active;
  write.after.service_status = ota::ServiceStatus::Active;
  write.after.money_state = ota::MoneyState::captured;
  write.after.confirmed_at = before.updated_at;
  return write;
}

ports::OutboxEntry an_entry(int number, ActivationId of, ports::OutboxEntry::Kind kind) {
  ports::OutboxEntry entry;
  entry.id = std::int64_t{number} << 21 | of.shard();
  entry.activation_id = of;
  entry.kind = kind;
  entry.key = fmt::format("key-{}", number);
  entry.next_try_at = entry.created_at = kNow;
  entry.detail = "free words";
  return entry;
}

ota::Ticket a_ticket(int number, ActivationId of) {
  ota::Ticket ticket;
  ticket.id = TicketId(std::int64_t{number} << 21);
  ticket.vin = a_vin(number);
  ticket.activation_id = of;
  ticket.payment_amount = Money{.minor_units = 5, .currency = *Currency::parse("EUR")};
  ticket.retry_attempts = {{.number = 1, .at = kNow, .command_id = "cmd", .response = "503"}};
  ticket.vehicle_online_status = {.value = {}, .unavailable = "no answer"};
  ticket.notes = {"first"};
  ticket.waiting_since = kNow;
  ticket.version = 1;
  return ticket;
}

ports::IdempotentReply a_reply(const std::string& key, const std::string& digest) {
  return {.principal = "shop",
          .route = "POST /v1",
          .key = key,
          .request_digest = digest,
          .status = 201,
          .body = "{\"id\": \"ü\\n\"}\n",
          .at = kNow};
}

Result<ports::WriteOutcome> Conformance::write(ports::ActivationWrite write) {
  return await<Result<ports::WriteOutcome>>(
      [&](auto done) { store().write(shared(std::move(write)), std::move(done)); });
}
Status Conformance::write(ports::OutboxWrite write) {
  return await<Status>([&](auto done) { store().write(std::move(write), std::move(done)); });
}
ota::Activation Conformance::applied(ports::ActivationWrite write) {
  const auto after = write.after;
  const auto outcome = this->write(std::move(write));
  EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().message());
  EXPECT_EQ(outcome.value_or(ports::WriteOutcome::stale), ports::WriteOutcome::applied);
  return after;
}
std::optional<ota::Activation> Conformance::find(ActivationId id) {
  return await<Result<std::optional<ota::Activation>>>([&](auto done) { store().find(id, std::move(done)); })
      .value();
}
std::vector<ota::Activation> Conformance::list(ports::ActivationFilter filter) {
  return await<Result<std::vector<ota::Activation>>>(
             [&](auto done) { store().list(filter, std::move(done)); })
      .value();
}
std::vector<ota::HistoryEntry> Conformance::history(ActivationId id) {
  return await<Result<std::vector<ota::HistoryEntry>>>(
             [&](auto done) { store().history(id, std::move(done)); })
      .value();
}
std::vector<ports::OutboxEntry> Conformance::outbox() {
  return await<Result<std::vector<ports::OutboxEntry>>>(
             [&](auto done) { store().outbox(ports::ShardSet().set(), 0, 100, std::move(done)); })
      .value();
}
std::vector<ports::NoticeRecord> Conformance::notices(ActivationId id) {
  return await<Result<std::vector<ports::NoticeRecord>>>(
             [&](auto done) { store().notices(id, std::move(done)); })
      .value();
}
std::vector<ports::Loaded> Conformance::load(std::vector<ActivationId> ids) {
  return await<Result<std::vector<ports::Loaded>>>([&](auto done) { store().load(ids, std::move(done)); })
      .value();
}
std::vector<ports::LiveRow> Conformance::live_rows(ActivationId after, std::size_t limit) {
  return await<Result<std::vector<ports::LiveRow>>>(
             [&](auto done) { store().live_rows(ports::ShardSet().set(), after, limit, std::move(done)); })
      .value();
}
ports::Store::VehicleContext Conformance::context(const Vin& vin) {
  return await<Result<ports::Store::VehicleContext>>(
             [&](auto done) { store().vehicle_context(vin, std::move(done)); })
      .value();
}
ports::Totals Conformance::totals() {
  return await<Result<ports::Totals>>([&](auto done) { store().totals(std::move(done)); }).value();
}

}  // namespace contactor::store::testing
