#pragma once

#include <map>

#include "world/fleet/access.h"

namespace contactor::world {

/// BMW's fleet API: a Cognito login, a vehicle that is created and then put into a fleet, errors in two
/// shapes (by VIN: BMW's own, or the gateway's with a `message`). An awkward vehicle passes vin-checker and
/// is refused with 412 for its head unit; a slow one shows its fleet, or its end, later.
class BmwCloud : public Cloud {
 public:
  explicit BmwCloud(Context& context)
      : context_(context), tokens_(context, "bmw"), tempers_(context, "bmw") {}

  [[nodiscard]] std::string_view prefix() const override { return "bmw"; }
  [[nodiscard]] ports::HttpResponse handle(const ports::HttpRequest& request, std::string_view path,
                                           std::string_view query, bool is_sign_in, Instant now) override;
  [[nodiscard]] bool is_active(const Vin& vin, Instant now) const override;
  [[nodiscard]] const std::vector<CloudChange>& changes() const override { return changes_; }
  void revoke_tokens() override { tokens_.revoke(); }
  void pin_temper(const Vin& vin, Temper temper) override { tempers_.pin(vin, temper); }
  void meddle(const Vin& vin, bool active, Instant now) override;
  void heal() override { tempers_.heal(); }

 private:
  struct Entry {
    Instant joined_at = Instant::never();   ///< put into a fleet
    Instant deleted_at = Instant::never();  ///< still shown until that is in effect
    bool is_meddled = false;                ///< in effect at once, whatever the temper
  };

  [[nodiscard]] ports::HttpResponse sign_in(const ports::HttpRequest& request, Instant now);
  [[nodiscard]] ports::HttpResponse vehicle(const ports::HttpRequest& request, const Vin& vin, Instant now);
  [[nodiscard]] ports::HttpResponse check(const Vin& vin) const;
  [[nodiscard]] ports::HttpResponse create(const ports::HttpRequest& request, Instant now);
  [[nodiscard]] ports::HttpResponse fleets(const ports::HttpRequest& request, std::string_view path,
                                           Instant now);
  [[nodiscard]] ports::HttpResponse join(const Vin& vin, Instant now);
  [[nodiscard]] ports::HttpResponse data(const Vin& vin) const;
  [[nodiscard]] ports::HttpResponse error(const Vin& vin, int status, std::string_view id,
                                          std::string_view text) const;
  /// The entry, unless its end is in effect.
  [[nodiscard]] const Entry* find(const Vin& vin, Instant now) const;

  Context& context_;
  Tokens tokens_;
  Tempers tempers_;
  std::map<Vin, Entry> entries_;
  std::vector<CloudChange> changes_;
};

}  // namespace contactor::world
