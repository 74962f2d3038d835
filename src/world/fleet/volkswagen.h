#pragma once

#include <map>

#include "world/fleet/access.h"

namespace contactor::world {

/// The Volkswagen group's fleet interface: approval, code, confirmation, and an enrolment that takes its
/// time. @source  facts/oem.md 7.5; what is not known there is assumed.
class VolkswagenCloud : public Cloud {
 public:
  explicit VolkswagenCloud(Context& context);

  [[nodiscard]] std::string_view prefix() const override { return "vw"; }
  [[nodiscard]] ports::HttpResponse handle(const ports::HttpRequest& request, std::string_view path,
                                           std::string_view query, bool is_sign_in, Instant now) override;
  [[nodiscard]] bool is_active(const Vin& vin, Instant now) const override;
  [[nodiscard]] const std::vector<CloudChange>& changes() const override { return changes_; }
  void revoke_tokens() override { tokens_.revoke(); }
  void pin_temper(const Vin& vin, Temper temper) override { tempers_.pin(vin, temper); }
  void meddle(const Vin& vin, bool active, Instant now) override;
  void heal() override { tempers_.heal(); }

 private:
  struct Enrolment {
    std::string code;
    bool meddled = false;  ///< somebody else enrolled it, long ago
    Instant confirmed_at = Instant::never();
    Instant withdrawn_at = Instant::never();
  };
  /// What the status list says; no word: the vehicle is absent.
  struct Stage {
    std::string_view word;
    std::string_view rejection;
    bool flows = false;
  };

  [[nodiscard]] ports::HttpResponse sign_in(const ports::HttpRequest& request, Instant now);
  [[nodiscard]] ports::HttpResponse approve(const std::vector<Vin>& vins, Instant now);
  [[nodiscard]] ports::HttpResponse confirm(std::string_view body, Instant now);
  [[nodiscard]] ports::HttpResponse withdraw(const std::vector<Vin>& vins, Instant now);
  [[nodiscard]] ports::HttpResponse statuses(Instant now) const;
  [[nodiscard]] ports::HttpResponse approvals(Instant now) const;
  [[nodiscard]] Stage stage_of(const Vin& vin, const Enrolment& enrolment, Instant now) const;
  [[nodiscard]] Stage enrolled_stage(const Vin& vin, const Enrolment& enrolment, Instant now) const;

  Context& context_;
  Tokens tokens_;
  Tempers tempers_;
  std::map<Vin, Enrolment> enrolments_;
  std::vector<CloudChange> changes_;
};

}  // namespace contactor::world
