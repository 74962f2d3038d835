// Answers of the clouds of BMW, Renault and Stellantis, and containers of keys. The first line says which
// reader.

#include "crypto/pkcs12.h"
#include "fuzz/input.h"
#include "gateways/bmw/auth.h"
#include "gateways/bmw/wire.h"
#include "gateways/renault/wire.h"
#include "gateways/stellantis/auth.h"
#include "gateways/stellantis/wire.h"

namespace contactor::gateways {
namespace {

using fleet::Standing;

/// Texts that are shown, stored and sent on.
void check_words(const fleet::CloudState& state) {
  CTR_ASSERT(state.detail.size() <= 555 && fuzz::is_utf8(state.detail) && fuzz::is_utf8(state.handle));
  CTR_ASSERT(state.standing != Standing::refused || !state.reason.empty());
}

template <class T>
bool is_sound(const Result<T>& result) {
  if (result) return true;
  CTR_ASSERT(fuzz::is_utf8(result.error().detail));
  return false;
}

void check(const Result<fleet::CloudState>& state, const ports::HttpResponse& response) {
  if (!is_sound(state)) return;
  check_words(*state);
  // No answer that is not a success makes a vehicle active.
  CTR_ASSERT(state->standing != Standing::active || response.status / 100 == 2);
}

void check_bmw(std::size_t reader, const ports::HttpResponse& response) {
  if (reader == 0) check(bmw::read_vehicle(response, fuzz::kNow), response);
  if (reader == 1) check(bmw::read_deleted(response, fuzz::kNow), response);
  for (const auto& refusal : {bmw::read_check(response, fuzz::kNow), bmw::read_created(response, fuzz::kNow)})
    if (is_sound(refusal) && *refusal) check_words(**refusal);
  (void)is_sound(bmw::read_fleet_id(response, "bib", fuzz::kNow));
  (void)is_sound(bmw::read_model(response, fuzz::kNow));
  (void)is_sound(bmw::read_login(response, fuzz::kNow));
  // A quota's refill is never longer than it makes sense to wait.
  if (const auto joined = bmw::read_joined(response, fuzz::kNow); !joined && joined.error().retry_after)
    CTR_ASSERT(*joined.error().retry_after <= std::chrono::days(8));
}

void check_renault(const Vin& vin, const ports::HttpResponse& response) {
  check(renault::read_sharing(response, vin, fuzz::kNow), response);
  check(renault::read_shared(response, vin, fuzz::kNow), response);
  check(renault::read_unshared(response, vin, fuzz::kNow), response);
  (void)is_sound(renault::read_model(response, fuzz::kNow));
}

void check_stellantis(const Vin& vin, const ports::HttpResponse& response) {
  if (const auto page = stellantis::read_page(response, fuzz::kNow); is_sound(page)) {
    CTR_ASSERT(page->contracts.size() <= page->items && (page->items == 0 || !page->first_id.empty()));
    check_words(stellantis::standing_of(page->contracts, fuzz::kNow));
  }
  (void)is_sound(stellantis::read_eligibility(response, fuzz::kNow));
  (void)is_sound(stellantis::read_login(response, fuzz::kNow));
  (void)is_sound(stellantis::read_deleted(response, fuzz::kNow));
  if (const auto created = stellantis::read_created(response, vin, fuzz::kNow); is_sound(created)) {
    CTR_ASSERT(!created->contract || !created->contract->id.empty());
    if (created->refusal) check_words(*created->refusal);
  }
}

}  // namespace
}  // namespace contactor::gateways

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace contactor;
  fuzz::Input input(data, size);
  const auto vin = Vin::parse("VF1AG000X64000001");
  const auto reader = input.number();
  if (reader > 3) {
    (void)crypto::read_pkcs12(input.rest(), Secret("opens it"), fuzz::kNow);
    return 0;
  }
  const auto response = input.response();
  if (reader <= 1) gateways::check_bmw(reader, response);
  if (reader == 2) gateways::check_renault(*vin, response);
  if (reader == 3) gateways::check_stellantis(*vin, response);
  return 0;
}
