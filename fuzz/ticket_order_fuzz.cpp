// What a technician asks of a ticket.

#include "api/fields.h"
#include "api/ticket_codec.h"
#include "fuzz/input.h"
#include "json/json.h"

namespace contactor::api {
namespace {

void check_accepted(const engine::TicketOrder& order) {
  using ota::TicketAction;
  CTR_ASSERT(order.actor == "tina" && fuzz::is_utf8(order.text));
  const bool starts = order.action == TicketAction::retry || order.action == TicketAction::modify_payload;
  // A new attempt always says who pays for it; nothing else may carry money.
  CTR_ASSERT(starts == (order.grant || order.payment.has_value()));
  CTR_ASSERT(!order.grant || (!order.payment && !order.text.empty()));
  if (order.payment)
    CTR_ASSERT(order.payment->state != ota::PaidAs::none && !order.payment->transaction_id.empty());
  CTR_ASSERT(order.configuration.empty() == (order.action != TicketAction::modify_payload));
  if (!order.configuration.empty()) CTR_ASSERT(json::parse(order.configuration)->is_object());
}

void check_order(std::string_view text) {
  const auto body = Body::parse(text);
  if (!body) return;
  const auto order = read_ticket_order(body->object(), "tina");
  if (order) return check_accepted(*order);
  CTR_ASSERT(!order.error().empty() && order.error().size() <= 100);
  CTR_ASSERT(json::parse(to_response(validation_problem(order.error()), "req_1").body));
}

}  // namespace
}  // namespace contactor::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  contactor::api::check_order(contactor::fuzz::Input(data, size).rest());
  return 0;
}
