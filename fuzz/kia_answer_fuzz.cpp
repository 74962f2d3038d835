// The answers of Kia's consent API. The first line is what was asked: consents or change.

#include "fuzz/input.h"
#include "gateways/kia/wire.h"

namespace contactor::gateways::kia {
namespace {

const Vin kVin = *Vin::parse("KNACC81GFM5000001");

void check_consents(const ports::HttpResponse& response) {
  const auto consents = read_consents(response, fuzz::kNow);
  if (!consents) {
    CTR_ASSERT(consents.error().applied == Applied::no && fuzz::is_utf8(consents.error().detail));
    return;
  }
  // An answer that says nothing is never "none".
  CTR_ASSERT(response.status >= 200 && response.status <= 299 && response.body.size() >= 20);
  const Consents none;
  using fleet::Standing;
  const Standing half = state_of(kVin, *consents, none).standing;
  CTR_ASSERT(half != Standing::active && half == state_of(kVin, none, *consents).standing);
  const Standing both = state_of(kVin, *consents, *consents).standing;
  CTR_ASSERT((both == Standing::active) == consents->vins.contains(kVin));
  CTR_ASSERT(both != Standing::inactive || consents->whole);
}

void check_change(const ports::HttpResponse& response) {
  const Status taken = read_change(response, fuzz::kNow);
  if (taken) {
    CTR_ASSERT(response.status >= 200 && response.status <= 299 && !response.body.empty());
    return;
  }
  CTR_ASSERT(fuzz::is_utf8(taken.error().detail));
  if (response.status >= 500 || response.status < 400) CTR_ASSERT(taken.error().applied == Applied::maybe);
}

}  // namespace
}  // namespace contactor::gateways::kia

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace kia = contactor::gateways::kia;
  contactor::fuzz::Input input(data, size);
  const auto asked = input.line();
  const auto response = input.response();
  if (asked == "consents") kia::check_consents(response);
  if (asked == "change") kia::check_change(response);
  return 0;
}
