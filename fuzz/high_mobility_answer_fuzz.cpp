// The answers of High Mobility. The first line is what was asked: list, one, cleared, withdrawal, eligibility
// or login.

#include "fleet/reasons.h"
#include "fuzz/input.h"
#include "gateways/high_mobility/auth.h"
#include "gateways/high_mobility/wire.h"

namespace contactor::gateways::high_mobility {
namespace {

using fleet::Standing;

const Vin kVin = *Vin::parse("W1K11111111000001");

void check_state(const fleet::CloudState& state) {
  CTR_ASSERT(fuzz::is_utf8(state.detail) && state.detail.size() <= 555);
  // Every reason is one that people can read about.
  CTR_ASSERT(state.reason.empty() ||
             fleet::find_reason(fleet::Oem::high_mobility, state.reason).key == state.reason);
  CTR_ASSERT(state.standing != Standing::refused || !state.reason.empty());
}

void check_failure(const ports::HttpResponse& response, const Error& error, bool changes) {
  CTR_ASSERT(fuzz::is_utf8(error.detail) && error.detail.size() < 1024);
  CTR_ASSERT(changes || error.applied == Applied::no);
  CTR_ASSERT(!changes || response.status < 500 || error.applied == Applied::maybe);
  CTR_ASSERT(!error.retry_after || *error.retry_after >= Millis::zero());
}

void check_clearances(const ports::HttpResponse& response, const Result<Clearances>& clearances,
                      bool changes) {
  if (!clearances) return check_failure(response, clearances.error(), changes);
  for (const auto& [vin, state] : clearances->listed) check_state(state);
  const auto state = clearances->of(kVin);
  if (!clearances->listed.contains(kVin))
    CTR_ASSERT(state.standing == (clearances->whole ? Standing::inactive : Standing::unknown));
}

void check_withdrawal(const ports::HttpResponse& response) {
  const auto ended = read_withdrawal(response, kVin, fuzz::kNow);
  if (!ended) return check_failure(response, ended.error(), true);
  if (*ended) check_state(**ended);
  if (!*ended) CTR_ASSERT(response.status == 409);
}

void check_one(const ports::HttpResponse& response) {
  const auto state = read_one(response, kVin, fuzz::kNow);
  if (!state) return check_failure(response, state.error(), false);
  check_state(*state);
}

}  // namespace
}  // namespace contactor::gateways::high_mobility

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace hm = contactor::gateways::high_mobility;
  using contactor::fuzz::kNow;
  contactor::fuzz::Input input(data, size);
  const auto asked = input.line();
  const auto response = input.response();
  if (asked == "list") hm::check_clearances(response, hm::read_list(response, kNow), false);
  if (asked == "cleared") hm::check_clearances(response, hm::read_cleared(response, kNow), true);
  if (asked == "withdrawal") hm::check_withdrawal(response);
  if (asked == "one") hm::check_one(response);
  if (asked == "eligibility") static_cast<void>(hm::read_eligibility(response, hm::kVin, kNow));
  if (asked == "login") static_cast<void>(hm::read_login(response, kNow));
  return 0;
}
