#include "checkers/evidence.h"

#include <fmt/format.h>

namespace contactor::sim {

namespace {

constexpr std::size_t kViolationsKept = 20;

}  // namespace

void Evidence::note(ActivationId about, std::string_view text) {
  notes[about].push_back(fmt::format("{} {}", to_rfc3339(universe.clock.now()), text));
}

void Evidence::violated(std::string_view invariant, ActivationId about, std::string text) {
  if (violations.size() >= kViolationsKept) return;
  violations.push_back({.invariant = std::string(invariant),
                        .text = std::move(text),
                        .about = about,
                        .at = universe.clock.now()});
}

const std::vector<ota::HistoryEntry>& Evidence::history(ActivationId id) const {
  static const std::vector<ota::HistoryEntry> none;
  const auto found = universe.disk.history.find(id);
  return found == universe.disk.history.end() ? none : found->second;
}

const ota::Activation* Evidence::row(ActivationId id) const { return universe.disk.find(id); }

bool Evidence::is_owed(std::string_view key) const {
  const std::size_t dash = key.rfind('-');
  const bool is_ordinal = dash != std::string_view::npos && dash + 1 < key.size() &&
                          key.find_first_not_of("0123456789", dash + 1) == std::string_view::npos;
  return outbox_keys.contains(std::string(key)) ||
         (is_ordinal && outbox_keys.contains(std::string(key.substr(0, dash + 1)) + "1"));
}

bool Evidence::refund_is_pending(const ota::Activation& activation) const {
  if (activation.money_state != ota::MoneyState::refunding) return false;
  const auto index = universe.world.books().find(activation.order->payment.transaction_id);
  return index && universe.world.books().payment(*index).refund_pending > 0;
}

bool Evidence::car_obeyed(const ota::Activation& activation) const {
  for (std::uint32_t ordinal = 1; ordinal <= activation.command_ordinal; ++ordinal)
    if (applied.contains(ota::command_id(activation.id, ordinal))) return true;
  return false;
}

}  // namespace contactor::sim
