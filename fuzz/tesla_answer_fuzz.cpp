// Answers of Tesla's Fleet API and of its token endpoint.

#include "fuzz/input.h"
#include "gateways/tesla/individual/tokens.h"
#include "gateways/tesla/wire.h"

namespace contactor::gateways::tesla {
namespace {

using fleet::Standing;

void check_state(const Result<fleet::CloudState>& state) {
  if (!state) {
    CTR_ASSERT(fuzz::is_utf8(state.error().detail));
    return;
  }
  CTR_ASSERT(state->detail.size() <= 555 && fuzz::is_utf8(state->detail));
  CTR_ASSERT((state->standing == Standing::refused) <= !state->reason.empty());
}

void check_standings(const ports::HttpResponse& response) {
  const auto look = read_look(response, fuzz::kNow);
  check_state(look);
  CTR_ASSERT(!look || look->standing == Standing::refused || response.status == 200);
  CTR_ASSERT(look || look.error().applied == Applied::no);
  const std::vector<Vin> vins{*Vin::parse("5YJ3E7EB0NF000001"), *Vin::parse("5YJ3E7EB0NF000002")};
  const auto created = read_created(response, vins, fuzz::kNow);
  CTR_ASSERT(created.size() == vins.size());
  for (const auto& one : created) {
    check_state(one);
    CTR_ASSERT(!one || (one->standing != Standing::active && one->standing != Standing::inactive));
    CTR_ASSERT(!one || one->standing != Standing::pending || response.status == 200);
  }
  const auto deleted = read_deleted(response, fuzz::kNow);
  check_state(deleted);
  CTR_ASSERT(!deleted || deleted->standing != Standing::inactive || response.status == 200 ||
             response.status == 404);
}

void check_model(const ports::HttpResponse& response) {
  fleet::ModelFacts facts;
  const Vin vin = *Vin::parse("5YJYGDEE1MF000001");
  if (read_options(response, vin, "model y", facts, fuzz::kNow))
    CTR_ASSERT(facts.version.starts_with("MT") && facts.version.size() <= 51 && fuzz::is_utf8(facts.version));
  static_cast<void>(read_warranty(response, facts, fuzz::kNow));
  CTR_ASSERT(facts.warranty_years.value_or(1) >= 1 && facts.warranty_years.value_or(1) <= 50);
  CTR_ASSERT(facts.warranty_km.value_or(1) >= 1 && facts.warranty_km.value_or(1) <= kUnlimitedKm);
}

void check_tokens(const ports::HttpResponse& response) {
  const auto tokens = individual::read_tokens(response, Secret(), fuzz::kNow);
  if (!tokens) return;
  // Both are kept and sent again.
  CTR_ASSERT(!individual::needs_consent(response));
  for (const Secret& token : {tokens->access_token, tokens->refresh_token})
    CTR_ASSERT(!token.empty() && fuzz::is_one_line(token.reveal()));
}

void check_answer(const ports::HttpResponse& response) {
  check_standings(response);
  check_model(response);
  check_tokens(response);
  const auto host = host_of_421(response);
  CTR_ASSERT(!host ||
             (!host->empty() && host->size() <= 255 && host->find_first_of("/ \t,;\"") == std::string::npos));
}

}  // namespace
}  // namespace contactor::gateways::tesla

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  contactor::gateways::tesla::check_answer(contactor::fuzz::Input(data, size).response());
  return 0;
}
