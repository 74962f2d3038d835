// Orders and tickets as they lie in the store: a damaged file must not become a wrong order.
// The first line is `order` or `ticket`.

#include "api/ticket_codec.h"
#include "fuzz/input.h"
#include "json/json.h"
#include "store/order_codec.h"

namespace contactor::store {
namespace {

void check_order(std::string_view text) {
  const auto order = decode_order(text);
  if (!order) {
    CTR_ASSERT(order.error().kind == ErrorKind::internal);
    return;
  }
  const std::string written = encode(**order);
  const auto again = decode_order(written);
  CTR_ASSERT(again && encode(**again) == written);
  CTR_ASSERT(Vin::parse((*order)->vin.str()).has_value());
}

void check_ticket(std::string_view text) {
  const auto ticket = decode_ticket(text);
  if (!ticket) {
    CTR_ASSERT(ticket.error().kind == ErrorKind::internal);
    return;
  }
  const std::string written = encode(*ticket);
  const auto again = decode_ticket(written);
  CTR_ASSERT(again && encode(*again) == written);
  for (const bool personal_data : {true, false})
    CTR_ASSERT(
        json::parse(api::ticket_json(*ticket, fuzz::kNow, personal_data), {.bytes = 1 << 22, .depth = 64}));
}

}  // namespace
}  // namespace contactor::store

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  contactor::fuzz::Input input(data, size);
  const auto kind = input.line();
  if (kind == "order") contactor::store::check_order(input.rest());
  if (kind == "ticket") contactor::store::check_ticket(input.rest());
  return 0;
}
