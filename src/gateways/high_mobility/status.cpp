#include "gateways/high_mobility/status.h"

#include "fleet/reasons.h"

namespace contactor::gateways::high_mobility {
namespace {

using fleet::CloudState;
using fleet::Standing;

Standing standing_of(std::string_view status) {
  if (status == "approved") return Standing::active;
  if (status == "pending") return Standing::pending;
  if (status == "revoking" || status == "canceling") return Standing::ending;
  if (status == "revoked" || status == "canceled") return Standing::inactive;
  if (status == "rejected" || status == "error") return Standing::refused;
  return Standing::unknown;
}

/// The key in REASON_MAPPING: the cloud's own words folded, or else its status.
std::string_view reason_of(Standing standing, std::string_view status, std::string_view words) {
  if (standing == Standing::active || standing == Standing::unknown) return {};
  if (words.starts_with("vin should be")) return "invalid_vin";
  if (words == "The brand is invalid") return "make_not_served";
  if (status == "error") return "refused_request";
  return fleet::find_reason(fleet::Oem::high_mobility, fleet::reason_key(words.empty() ? status : words)).key;
}

}  // namespace

CloudState state_of_status(std::string_view status, std::string_view words) {
  const Standing standing = standing_of(status);
  return {.standing = standing,
          .reason = std::string(reason_of(standing, status, words)),
          .detail = words.empty() ? std::string(status) : fmt::format("{}: {}", status, words)};
}

}  // namespace contactor::gateways::high_mobility
