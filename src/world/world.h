#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "world/context.h"
#include "world/fleet/clouds.h"
#include "world/iot/iot_cloud.h"
#include "world/payments/stripe.h"
#include "world/reply.h"
#include "world/sinks/chat.h"
#include "world/sinks/mailbox.h"
#include "world/sinks/push.h"
#include "world/sinks/shop.h"

namespace contactor::world {

/// Every foreign system, as one pure model: the same seed and the same calls give the
/// same answers. Time comes by argument only and never runs backwards: an earlier moment counts as the latest
/// one seen. Thread: one.
class World {
 public:
  World(WorldParams params, std::uint64_t seed);

  /// What happens to one request that leaves now. Routes by path: `/iot/…`, `/iot-auth/token`,
  /// `/stripe/v1/…`,
  /// `/fcm/…`, `/fcm-auth/token`, `/shop`, `/slack/…`, `/_sim/…`, and each maker's cloud under its name; the
  /// host is not looked at.
  [[nodiscard]] Reply handle(const ports::HttpRequest& request, Instant now);
  [[nodiscard]] MailReply deliver_mail(std::string_view from, std::string_view to, std::string_view raw,
                                       Instant now);

  /// When the world next does something by itself; never where it would not.
  [[nodiscard]] Instant next_event() const;
  /// Runs everything due by `now`. @return the requests that the world makes; each must be given back to
  /// `outgoing_ended`, or counts as unanswered after 15 s.
  [[nodiscard]] std::vector<Outgoing> advance_to(Instant now);
  /// @param status  what the receiver answered, 0 where nothing came. Not called for `Fate::lost_after`.
  void outgoing_ended(std::uint64_t id, int status, Instant now);

  // Scenario control; the same that `/_sim` offers.
  void set_fault(FaultKind kind, double rate) { context_.faults.plan().set(kind, rate); }
  void set_faults(const FaultPlan& plan) { context_.faults.plan() = plan; }
  void pin_mood(const Vin& vin, Mood mood, Instant now);
  void revoke_iot_secret() { iot_.sign_in().revoke_secret(); }
  void revoke_iot_tokens() { iot_.sign_in().revoke_tokens(); }
  void open_payment(NewPayment payment, Instant now) {
    static_cast<void>(stripe_.open(std::move(payment), now));
  }
  /// All faults off, the secret works, every car is online but those that fail for ever.
  void heal(Instant now);

  [[nodiscard]] FleetClouds& fleet() { return fleet_; }
  [[nodiscard]] const FleetClouds& fleet() const { return fleet_; }

  // What an outside observer may see.
  [[nodiscard]] const Logs& logs() const { return context_.logs; }
  [[nodiscard]] const Books& books() const { return stripe_.books(); }
  [[nodiscard]] const Faults& faults() const { return context_.faults; }
  /// The truth in the car; false for cars nobody has asked for.
  [[nodiscard]] bool feature_active(const Vin& vin, std::string_view service_id) const;
  [[nodiscard]] std::optional<Mood> mood_of(const Vin& vin) const;

 private:
  void run_until(Instant now);
  [[nodiscard]] Reply route(const ports::HttpRequest& request);

  Context context_;
  IotCloud iot_;
  Stripe stripe_;
  Mailbox mailbox_;
  PushService push_;
  Shop shop_;
  Chat chat_;
  FleetClouds fleet_;
  Instant now_;
};

}  // namespace contactor::world
