#include "story.h"

#include <fmt/format.h>

namespace contactor::sim {
namespace {

std::string path_text(const ota::HistoryEntry& entry) {
  std::string text;
  for (const auto state : entry.path)
    text += fmt::format("{}{}", text.empty() ? "" : " > ", ota::to_string(state));
  return text;
}

void add_history(std::string& text, const Universe& universe, ActivationId id) {
  const auto found = universe.disk.history.find(id);
  if (found == universe.disk.history.end()) return;
  for (const auto& entry : found->second)
    text += fmt::format(
        "  {} {:>3} {:<16} {} [{}] {} {} {}{}\n", to_rfc3339(entry.at), entry.seq, entry.event,
        path_text(entry), ota::to_string(entry.money_state), entry.node, entry.command_id, entry.detail,
        entry.failure
            ? fmt::format(" ({}: {})", ota::to_string(entry.failure->category), entry.failure->message)
            : "");
}

void add_world(std::string& text, const Universe& universe, const ota::Activation& row) {
  const auto& logs = universe.world.logs();
  for (const auto& arrival : logs.arrivals)
    if (arrival.vin == row.order->vin)
      text += fmt::format("  {} arrived {} {} {} generation {}: {}\n", to_rfc3339(arrival.at),
                          arrival.command_id, arrival.service_id, arrival.enable ? "on" : "off",
                          arrival.generation, world::to_string(arrival.outcome));
  for (const auto& change : logs.feature_changes)
    if (change.vin == row.order->vin)
      text += fmt::format("  {} the car set {} {} by {}\n", to_rfc3339(change.at), change.service_id,
                          change.active ? "on" : "off", change.command_id);
  for (const auto& effect : logs.money)
    if (effect.payment_id == row.order->payment.transaction_id)
      text += fmt::format("  {} money {} {} under {}\n", to_rfc3339(effect.at), world::to_string(effect.kind),
                          effect.amount, effect.idempotency_key);
}

}  // namespace

std::string story_of(const Evidence& evidence, const Violation& violation) {
  const Universe& universe = evidence.universe;
  const auto* row = universe.disk.find(violation.about);
  if (row == nullptr) return {};
  const auto mood = universe.world.mood_of(row->order->vin);
  std::string text = fmt::format("{} order {} {} {} of {} ({}), now {} {} {}\n", to_string(row->id),
                                 row->order->order_id.str(), ota::to_string(row->order->action),
                                 row->order->service_id.str(), row->order->vin.str(),
                                 mood ? world::to_string(*mood) : "never asked", ota::to_string(row->state),
                                 ota::to_string(row->service_status), ota::to_string(row->money_state));
  add_history(text, universe, row->id);
  add_world(text, universe, *row);
  if (const auto notes = evidence.notes.find(row->id); notes != evidence.notes.end())
    for (const auto& note : notes->second) text += "  " + note + "\n";
  return text;
}

}  // namespace contactor::sim
