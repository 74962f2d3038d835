// Short texts with a form of their own: VINs, ids, currencies, command ids, listen addresses.

#include "app/listen_address.h"
#include "base/id.h"
#include "base/money.h"
#include "base/result.h"
#include "fuzz/input.h"
#include "ota/activation.h"
#include "vin/vin.h"

namespace contactor::fuzz {
namespace {

void check_vin(std::string_view text) {
  const auto vin = Vin::parse(text);
  if (!vin) {
    // The refusal goes into logs and answers; the text itself may be somebody's, and of any length.
    CTR_ASSERT(is_one_line(vin.error().detail) && vin.error().detail.size() < 100);
    return;
  }
  const auto again = Vin::parse(vin->str());
  CTR_ASSERT(again && *again == *vin && again->shard() == vin->shard());
  CTR_ASSERT(vin->str().find_first_not_of("0123456789ABCDEFGHJKLMNPRSTUVWXYZ") == std::string_view::npos);
  CTR_ASSERT(vin->masked().size() == 17 && vin->masked().substr(3, 10) == "**********");
}

template <class Tag>
void check_id(std::string_view text) {
  const auto id = parse_id<Tag>(text);
  if (id.empty()) return;
  CTR_ASSERT(id.value() > 0);
  CTR_ASSERT(parse_id<Tag>(to_string(id)) == id);
}

void check_number(std::string_view text) {
  std::uint64_t value = 0;
  if (!decode_base32(text, value)) return;
  std::uint64_t again = 0;
  CTR_ASSERT(decode_base32(encode_base32(value), again) && again == value);
}

void check_command_id(std::string_view text) {
  const auto command = ota::parse_command_id(text);
  if (!command) return;
  const auto again = ota::parse_command_id(ota::command_id(command->activation, command->ordinal));
  CTR_ASSERT(again && again->activation == command->activation && again->ordinal == command->ordinal);
}

void check_currency(std::string_view text) {
  const auto currency = Currency::parse(text);
  if (currency) CTR_ASSERT(Currency::parse(currency->str()) == currency);
}

void check_address(std::string_view text) {
  const auto address = app::parse_listen_address(text);
  if (address) CTR_ASSERT(!address->host.empty() && is_one_line(address->host));
}

}  // namespace
}  // namespace contactor::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace contactor;
  const std::string_view text = fuzz::Input(data, size).rest();
  fuzz::check_vin(text);
  fuzz::check_id<ActivationTag>(text);
  fuzz::check_id<TicketTag>(text);
  fuzz::check_number(text);
  fuzz::check_command_id(text);
  fuzz::check_currency(text);
  fuzz::check_address(text);
  return 0;
}
