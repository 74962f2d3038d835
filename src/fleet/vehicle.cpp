#include "fleet/vehicle.h"

#include <fmt/format.h>

#include "fleet/names.h"

namespace contactor::fleet {
namespace {

constexpr auto kStandings =
    names_of<Standing>({"unknown", "inactive", "pending", "active", "ending", "refused"});

// The words of the original's column: scripts of users compare them.
constexpr auto kMessages = names_of<Message>({"", "ACTIVATION REQUESTED", "ACTIVATION PENDING", "ACTIVATED",
                                              "ACTIVATION FAILED", "DEACTIVATION REQUESTED",
                                              "DEACTIVATION PENDING", "DEACTIVATED", "DEACTIVATION FAILED"});

constexpr auto kIntents = names_of<Intent>({"none", "activate", "deactivate"});

}  // namespace

std::string_view to_string(Standing standing) { return kStandings.text(standing); }
std::optional<Standing> parse_standing(std::string_view name) { return kStandings.parse(name); }

std::string_view to_string(Message message) { return kMessages.text(message); }
std::optional<Message> parse_message(std::string_view text) { return kMessages.parse(text); }

std::string_view to_string(Intent intent) { return kIntents.text(intent); }
std::optional<Intent> parse_intent(std::string_view name) { return kIntents.parse(name); }

std::string intent_key(const Vehicle& vehicle) {
  return fmt::format("{}-{}-{}", vehicle.vin.str(), to_string(vehicle.intent), vehicle.intents);
}

}  // namespace contactor::fleet
