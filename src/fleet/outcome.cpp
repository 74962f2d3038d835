#include "fleet/outcome.h"

#include <algorithm>

#include "fleet/names.h"

namespace contactor::fleet {
namespace {

constexpr auto kOutcomes = names_of<Outcome>(
    {"as_wanted", "activated", "deactivated", "pending", "failed", "unmapped", "not_configured", "held"});

/// Did a call of ours bring it there, in this run or in one before whose effect is seen now?
bool is_our_doing(const Vehicle& first, const Vehicle& last) {
  return first.intents != last.intents || first.intent != Intent::none ||
         first.cloud.standing == Standing::pending || first.cloud.standing == Standing::ending;
}

Outcome reached(const Vehicle& first, const Vehicle& last) {
  if (first.cloud.standing == last.cloud.standing || !is_our_doing(first, last)) return Outcome::as_wanted;
  return last.cloud.standing == Standing::active ? Outcome::activated : Outcome::deactivated;
}

}  // namespace

std::string_view to_string(Outcome outcome) { return kOutcomes.text(outcome); }

Outcome outcome_of(const Vehicle& first, const Vehicle& last, const Decision& left) {
  switch (left.action) {
    case Action::none:
      return reached(first, last);
    case Action::blocked:
      return Outcome::failed;
    case Action::unmapped:
      return Outcome::unmapped;
    case Action::activate:
    case Action::deactivate:
    case Action::renew:
    case Action::wait:
    case Action::look:
      break;
  }
  return last.failures > 0 ? Outcome::failed : Outcome::pending;
}

std::uint64_t RunSummary::total(Outcome outcome) const {
  std::uint64_t sum = outcome == Outcome::unmapped ? unmapped : 0;
  for (const OemSummary& oem : by_oem) sum += oem.vehicles[static_cast<std::size_t>(outcome)];
  return sum;
}

int RunSummary::exit_status() const {
  if (interrupted) return 130;
  const bool is_partly_done =
      total(Outcome::failed) > 0 || total(Outcome::held) > 0 ||
      std::ranges::any_of(by_oem, [](const OemSummary& oem) { return !oem.trouble.empty(); });
  return is_partly_done ? 3 : 0;
}

}  // namespace contactor::fleet
