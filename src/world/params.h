#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "world/faults.h"

namespace contactor::world {

/// How a car behaves, drawn once from the seed and its VIN.
enum class Mood : std::uint8_t {
  online,   ///< answers in 0.2 to 3 s
  asleep,   ///< wakes 1 to 20 minutes after a command, stays awake for ten
  garage,   ///< no signal for 2 to 48 hours
  gone,     ///< never reachable again
  failing,  ///< rejects every command, always with the same code
  lying,    ///< is said to have applied what it has not
  flaky,    ///< drops the first one to four commands, then works
  slow,     ///< answers around the 300 s limit, before or just after it
  unknown,  ///< the IoT API does not know this VIN
};
inline constexpr std::size_t mood_count = 9;

[[nodiscard]] std::string_view to_string(Mood mood);
[[nodiscard]] std::optional<Mood> parse_mood(std::string_view name);

/// What the makers' clouds are like. One client for all of them.
struct FleetParams {
  std::string client_id = "contactor";
  std::string client_secret = "fleet-secret";
  std::string api_key = "fleet-key";
  std::string organisation = "fleet-org";  ///< Volkswagen's sub-organisation, Stellantis' company
  std::string renault_public_key;          ///< PEM; empty: every well-formed assertion is believed
  std::string tesla_public_key;            ///< hex of the 65 bytes; empty: any key that signs is believed
  Millis token_lifetime = std::chrono::hours(1);   ///< High Mobility's lives five minutes all the same
  Millis latency = std::chrono::milliseconds(50);  ///< of every answer
  /// In the order of `Temper`: prompt, slow, stubborn, refused, awkward, unknown.
  std::array<double, 6> temper_weights{1, 0, 0, 0, 0, 0};
};

/// Everything about the world that is decided before it starts.
struct WorldParams {
  std::string iot_client_id = "contactor";
  std::string iot_client_secret = "iot-secret";
  std::string iot_callback_secret = "whsec_aW90LWNhbGxiYWNrLXNlY3JldC0wMTIzNDU2Nzg5";
  Millis iot_token_lifetime = std::chrono::hours(1);
  std::string stripe_secret_key = "sk_test_contactor";
  std::string stripe_webhook_secret = "whsec_stripe_test";
  std::string stripe_event_url;  ///< where payment events go; empty: nobody listens
  std::string shop_secret = "whsec_c2hvcC1zZWNyZXQtMDEyMzQ1Njc4OWFiY2RlZg==";
  std::string slack_token = "xoxb-contactor";
  std::array<double, mood_count> mood_weights{1, 0, 0, 0, 0, 0, 0, 0, 0};
  double fast_share = 0;  ///< of commands to online cars that are answered 200 with the car's confirmation
  double offline_share =
      0;  ///< of commands to unreachable cars that are refused at once as `vehicle_offline`
  std::size_t cars_max = 1'000'000;
  FleetParams fleet;
  FaultPlan faults;
};

/// No faults, every car online.
[[nodiscard]] WorldParams calm();
/// Everything may go wrong: the seed draws which faults are on, their rates and what cars there are.
[[nodiscard]] WorldParams rough(std::uint64_t seed);

}  // namespace contactor::world
