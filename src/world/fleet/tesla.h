#pragma once

#include <map>
#include <optional>
#include <unordered_map>

#include "world/fleet/cloud.h"
#include "world/fleet/tesla_accounts.h"

namespace contactor::world {

struct TeslaOrder;

/// Tesla's Fleet API and, under `proxy/`, the vehicle-command proxy. A telemetry configuration is taken at
/// once and applied when the vehicle next connects. Temper `awkward`: taken, and dropped at the vehicle for
/// want of a free place, which only a later look shows.
/// @source  oem.md sections 2 and 3.
class TeslaCloud : public Cloud {
 public:
  explicit TeslaCloud(Context& context) : context_(context), accounts_(context) {}

  [[nodiscard]] std::string_view prefix() const override { return "tesla"; }
  [[nodiscard]] ports::HttpResponse handle(const ports::HttpRequest& request, std::string_view path,
                                           std::string_view query, bool is_sign_in, Instant now) override;
  [[nodiscard]] bool is_active(const Vin& vin, Instant now) const override;
  [[nodiscard]] const std::vector<CloudChange>& changes() const override { return changes_; }
  void revoke_tokens() override { accounts_.revoke_tokens(); }
  void pin_temper(const Vin& vin, Temper temper) override { car_of(vin).temper = temper; }
  void meddle(const Vin& vin, bool active, Instant now) override;
  void heal() override { healed_ = true; }

  [[nodiscard]] TeslaAccounts& accounts() { return accounts_; }
  /// The owner takes the consent back: tokens and configuration of the vehicle are gone.
  void withdraw_consent(const Vin& vin, Instant now);
  /// The vehicle lives in the region of that host, and answers 421 at every other.
  void move_to(const Vin& vin, std::string host) { car_of(vin).host = std::move(host); }
  /// The vehicle is shared with one account only: the code of a business.
  void share_with(const Vin& vin, std::string code) { car_of(vin).shared_with = std::move(code); }
  /// The reason for which a refused vehicle is skipped.
  [[nodiscard]] std::string_view skip_reason(const Vin& vin) const;
  /// The account's billing limit is reached: everything answers 402.
  void set_billing_limit(bool reached) { billing_limit_ = reached; }

 private:
  struct Car {
    Temper temper = Temper::prompt;
    std::optional<Instant> configured_at;
    bool was_configured = false;  ///< some time or other
    std::string config;           ///< as JSON
    std::string host;
    std::string shared_with;
  };
  enum class Stage : std::uint8_t { none, stored, applied, dropped };

  [[nodiscard]] Car& car_of(const Vin& vin);
  [[nodiscard]] const Car* find(const Vin& vin) const;
  [[nodiscard]] Millis delay_of(const Vin& vin, const Car& car) const;
  [[nodiscard]] Stage stage_of(const Vin& vin, const Car& car, Instant now) const;

  [[nodiscard]] ports::HttpResponse route(const ports::HttpRequest& request, std::string_view path,
                                          std::string_view query, Instant now);
  [[nodiscard]] ports::HttpResponse vehicles(const ports::HttpRequest& request, std::string_view path,
                                             Instant now);
  [[nodiscard]] std::optional<ports::HttpResponse> refusal(const ports::HttpRequest& request, const Vin& vin,
                                                           Instant now);
  [[nodiscard]] ports::HttpResponse show(const Vin& vin, Instant now);
  [[nodiscard]] ports::HttpResponse remove(const Vin& vin, Instant now);
  [[nodiscard]] ports::HttpResponse create_signed(const ports::HttpRequest& request, Instant now);
  [[nodiscard]] ports::HttpResponse create_by_proxy(const ports::HttpRequest& request, Instant now);
  [[nodiscard]] ports::HttpResponse create(const ports::HttpRequest& request, const TeslaOrder& order,
                                           Instant now);
  [[nodiscard]] ports::HttpResponse fleet_status(const ports::HttpRequest& request, Instant now);
  [[nodiscard]] ports::HttpResponse describe(const ports::HttpRequest& request, std::string_view path,
                                             std::string_view query, Instant now);

  Context& context_;
  TeslaAccounts accounts_;
  std::unordered_map<Vin, Car> cars_;
  std::vector<CloudChange> changes_;
  bool healed_ = false;
  bool billing_limit_ = false;
};

}  // namespace contactor::world
