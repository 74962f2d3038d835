// The answers of Volkswagen's fleet interface. The first line is what was asked: statuses, approvals, codes,
// withdrawal or login.

#include "fleet/reasons.h"
#include "fuzz/input.h"
#include "gateways/volkswagen/auth.h"
#include "gateways/volkswagen/wire.h"

namespace contactor::gateways::volkswagen {
namespace {

const Vin kVin = *Vin::parse("WVWZZZE1ZNP000001");

void check_failure(const ports::HttpResponse& response, const Error& error, bool changes) {
  CTR_ASSERT(fuzz::is_utf8(error.detail) && error.detail.size() < 1024);
  // What only asks has done nothing; what the other side's own trouble ended may have been done.
  CTR_ASSERT(changes || error.applied == Applied::no);
  CTR_ASSERT(!changes || response.status < 500 || error.applied == Applied::maybe);
}

void check_statuses(const ports::HttpResponse& response) {
  const auto statuses = read_statuses(response, fuzz::kNow);
  if (!statuses) return check_failure(response, statuses.error(), false);
  const fleet::CloudState state = statuses->of(kVin);
  CTR_ASSERT(fuzz::is_utf8(state.detail) && state.detail.size() <= 555);
  CTR_ASSERT(state.reason.empty() ||
             fleet::find_reason(fleet::Oem::volkswagen, state.reason).key == state.reason);
  // Gone is only who is on no list that could be read whole.
  CTR_ASSERT(state.standing != fleet::Standing::inactive ||
             (statuses->whole && !statuses->listed.contains(kVin)));
  for (const auto& [vin, each] : statuses->listed) CTR_ASSERT(Vin::parse(vin.str()).has_value());
}

void check_codes(const ports::HttpResponse& response) {
  const auto codes = read_codes(response, fuzz::kNow);
  if (!codes) return check_failure(response, codes.error(), true);
  for (const auto& code : *codes) CTR_ASSERT(!code.code.empty() && code.code.size() <= 256);
}

void check_withdrawal(const ports::HttpResponse& response) {
  const auto withdrawals = read_withdrawal(response, fuzz::kNow);
  if (!withdrawals) return check_failure(response, withdrawals.error(), true);
  for (const auto& [vin, what] : *withdrawals) CTR_ASSERT(what != Withdrawal::unsaid);
}

void check_login(const ports::HttpResponse& response) {
  const auto grant = read_login(response, fuzz::kNow);
  if (!grant) return check_failure(response, grant.error(), false);
  CTR_ASSERT(fuzz::is_one_line(grant->access_token.reveal()));
  CTR_ASSERT(grant->lifetime >= std::chrono::seconds(5) && grant->lifetime <= std::chrono::hours(24));
}

}  // namespace
}  // namespace contactor::gateways::volkswagen

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace volkswagen = contactor::gateways::volkswagen;
  contactor::fuzz::Input input(data, size);
  const auto asked = input.line();
  const auto response = input.response();
  if (asked == "statuses") volkswagen::check_statuses(response);
  if (asked == "approvals") static_cast<void>(volkswagen::read_approvals(response, contactor::fuzz::kNow));
  if (asked == "codes") volkswagen::check_codes(response);
  if (asked == "withdrawal") volkswagen::check_withdrawal(response);
  if (asked == "login") volkswagen::check_login(response);
  return 0;
}
