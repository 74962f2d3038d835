#pragma once

#include <array>
#include <map>

#include "world/fleet/access.h"

namespace contactor::world {

/// Kia's consents: two packages a vehicle, taken without a word about any vehicle and listed once they are in
/// effect. @source  facts/oem.md 8.5; what is not known there is assumed.
class KiaCloud : public Cloud {
 public:
  explicit KiaCloud(Context& context);

  [[nodiscard]] std::string_view prefix() const override { return "kia"; }
  [[nodiscard]] ports::HttpResponse handle(const ports::HttpRequest& request, std::string_view path,
                                           std::string_view query, bool is_sign_in, Instant now) override;
  [[nodiscard]] bool is_active(const Vin& vin, Instant now) const override;
  [[nodiscard]] const std::vector<CloudChange>& changes() const override { return changes_; }
  void revoke_tokens() override { tokens_.revoke(); }
  void pin_temper(const Vin& vin, Temper temper) override { tempers_.pin(vin, temper); }
  void meddle(const Vin& vin, bool active, Instant now) override;
  void heal() override { tempers_.heal(); }

 private:
  static constexpr std::size_t kPackages = 2;
  struct Consent {
    bool meddled = false;  ///< somebody else saw to it, whatever the vehicle's temper
    Instant asked_at = Instant::never();
    Instant withdrawn_at = Instant::never();
  };
  using Consents = std::array<Consent, kPackages>;

  [[nodiscard]] ports::HttpResponse sign_in(const ports::HttpRequest& request, Instant now);
  [[nodiscard]] ports::HttpResponse list(std::size_t package, Instant now) const;
  [[nodiscard]] ports::HttpResponse ask(std::string_view body, Instant now);
  [[nodiscard]] ports::HttpResponse withdraw(std::string_view body, Instant now);
  [[nodiscard]] bool has(const Vin& vin, const Consents& consents, std::size_t package, Instant now) const;

  Context& context_;
  Tokens tokens_;
  Tempers tempers_;
  std::map<Vin, Consents> consents_;
  std::vector<CloudChange> changes_;
};

}  // namespace contactor::world
