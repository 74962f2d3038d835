#include "gateways/stellantis/contracts.h"

#include <algorithm>

namespace contactor::gateways::stellantis {
namespace {

using fleet::Standing;

Standing standing_of_word(const Contract& contract, Instant now) {
  if (contract.status == "activated") return contract.to > now ? Standing::active : Standing::inactive;
  if (contract.status == "pending") return Standing::pending;
  if (contract.status == "rejected") return Standing::refused;
  if (contract.status == "cancelling") return Standing::ending;
  if (contract.status == "cancelled") return Standing::inactive;
  return Standing::unknown;
}

fleet::CloudState state_of(const Contract& contract, Instant now) {
  fleet::CloudState state{.standing = standing_of_word(contract, now),
                          .reason = {},
                          .detail = contract.status,
                          .handle = contract.id,
                          .valid_until = contract.to};
  if (state.standing == Standing::active) return state;
  // The words of the cloud are keys of the table; an activated contract that does not count has run out.
  state.reason = state.standing == Standing::unknown ? "unknown_reason" : contract.status;
  if (contract.status == "activated") state.reason = "contract_ended";
  return state;
}

}  // namespace

bool is_live(const Contract& contract, Instant now) {
  const Standing standing = standing_of_word(contract, now);
  return standing == Standing::active || standing == Standing::pending;
}

fleet::CloudState standing_of(const std::vector<Contract>& contracts, Instant now) {
  if (contracts.empty()) return {.standing = Standing::inactive, .reason = {}, .detail = {}, .handle = {}};
  const auto flows = [&](const Contract& contract) {
    return standing_of_word(contract, now) == Standing::active;
  };
  const auto newest = std::ranges::max_element(contracts, [&](const Contract& a, const Contract& b) {
    return std::pair(flows(a), a.from) < std::pair(flows(b), b.from);
  });
  return state_of(*newest, now);
}

}  // namespace contactor::gateways::stellantis
