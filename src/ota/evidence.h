#pragma once

#include "ota/advance.h"

namespace contactor::ota {

/// What a status answer says of the activation's last command. A status that calls the command applied while
/// it shows the feature in the other state contradicts itself: that is no confirmation, and no failure
/// either.
[[nodiscard]] Observed read_status(const VehicleStatus& status, const Activation& activation);
/// The same from the history's lines, newest first: for the last look before a command counts as timed out.
[[nodiscard]] Observed read_history(const std::vector<IotHistoryItem>& history, const Activation& activation);
/// Does the status show the feature in the state that is not wanted? Then whatever else says "applied" is not believed.
[[nodiscard]] bool contradicts(const VehicleStatus& status, const Activation& activation);
/// Does the car show the feature on already? For extensions, which need no command then.
[[nodiscard]] bool shows_active(const VehicleStatus& status, const ServiceId& service);

/// Why the vehicle cannot take the command now or ever; nothing where it can.
struct Obstacle {
  std::optional<Failure> failure;  ///< stands for an attempt: offline, incompatible
  std::string wait;                ///< a condition that passes by itself: "the vehicle to be parked"
};
[[nodiscard]] std::optional<Obstacle> obstacle(const VehicleStatus& status, const Order& order);
/// Must the vehicle be asked before this command is sent? Before every resend, and where the service has
/// requirements.
[[nodiscard]] bool needs_look(const Activation& activation);

/// `4.10.2` after `4.9`: numbers part by part, missing parts are zero, anything else compares as text.
[[nodiscard]] bool is_older_firmware(std::string_view installed, std::string_view required);

}  // namespace contactor::ota
