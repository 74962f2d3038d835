#pragma once

#include <map>
#include <set>

#include "world/fleet/access.h"

namespace contactor::world {

/// Renault's cloud: a login by signed assertions, each good once; models; and the sharing of data, which is
/// assumed (gateways/renault). Serves renault and dacia; to it, an awkward vehicle is of a brand without
/// service.
class RenaultCloud : public Cloud {
 public:
  explicit RenaultCloud(Context& context)
      : context_(context), tokens_(context, "renault"), tempers_(context, "renault") {}

  [[nodiscard]] std::string_view prefix() const override { return "renault"; }
  [[nodiscard]] ports::HttpResponse handle(const ports::HttpRequest& request, std::string_view path,
                                           std::string_view query, bool is_sign_in, Instant now) override;
  [[nodiscard]] bool is_active(const Vin& vin, Instant now) const override;
  [[nodiscard]] const std::vector<CloudChange>& changes() const override { return changes_; }
  void revoke_tokens() override { tokens_.revoke(); }
  void pin_temper(const Vin& vin, Temper temper) override { tempers_.pin(vin, temper); }
  void meddle(const Vin& vin, bool active, Instant now) override;
  void heal() override { tempers_.heal(); }

 private:
  struct Sharing {
    std::string brand;
    Instant granted_at;
    Instant revoked_at = Instant::never();
    bool is_meddled = false;  ///< in effect at once, whatever the temper
  };

  [[nodiscard]] ports::HttpResponse sign_in(const ports::HttpRequest& request, Instant now);
  /// Also takes the assertion's `jti`, so that it works once.
  [[nodiscard]] bool believes(std::string_view assertion, Instant now);
  [[nodiscard]] ports::HttpResponse model(const Vin& vin) const;
  [[nodiscard]] ports::HttpResponse sharing(const ports::HttpRequest& request, const Vin& vin, Instant now);
  [[nodiscard]] ports::HttpResponse grant(const ports::HttpRequest& request, const Vin& vin, Instant now);
  [[nodiscard]] ports::HttpResponse revoke(const Vin& vin, Instant now);
  [[nodiscard]] std::string_view status_of(const Vin& vin, const Sharing& sharing, Instant now) const;
  [[nodiscard]] ports::HttpResponse shown(int status, const Vin& vin, Instant now) const;

  Context& context_;
  Tokens tokens_;
  Tempers tempers_;
  std::map<Vin, Sharing> sharings_;
  std::map<std::string, Instant> used_;  ///< assertions by `jti`, until they expire
  std::vector<CloudChange> changes_;
};

}  // namespace contactor::world
