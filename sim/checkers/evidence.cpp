#include "checkers/evidence.h"

namespace contactor::sim {

namespace {

constexpr std::size_t kViolationsKept = 20;

}  // namespace

void Evidence::violated(std::string_view invariant, ActivationId about, std::string text) {
  if (violations.size() >= kViolationsKept) return;
  violations.push_back({.invariant = std::string(invariant), .text = std::move(text), .about = about, .at = universe.clock.now()});
}

const std::vector<ota::HistoryEntry>& Evidence::history(ActivationId id) const {
  static const std::vector<ota::HistoryEntry> none;
  const auto found = universe.disk.history.find(id);
  return found == universe.disk.history.end() ? none : found->second;
}

const ota::Activation* Evidence::row(ActivationId id) const { return universe.disk.find(id); }

bool Evidence::car_obeyed(const ota::Activation& activation) const {
  for (std::uint32_t ordinal = 1; ordinal <= activation.command_ordinal; ++ordinal)
    if (applied.contains(ota::command_id(activation.id, ordinal))) return true;
  return false;
}

}  // namespace contactor::sim
