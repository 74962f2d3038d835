#pragma once

#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "world/fleet/access.h"

namespace contactor::world {

/// Mobilisights: contracts in pages of a hundred, in the order of their creation. A refused vehicle is not
/// eligible, or its contract is rejected; an awkward one has another party's contract, which answers 409 and
/// is listed nowhere.
class StellantisCloud : public Cloud {
 public:
  explicit StellantisCloud(Context& context)
      : context_(context), tokens_(context, "stellantis"), tempers_(context, "stellantis") {}

  [[nodiscard]] std::string_view prefix() const override { return "stellantis"; }
  [[nodiscard]] ports::HttpResponse handle(const ports::HttpRequest& request, std::string_view path,
                                           std::string_view query, bool is_sign_in, Instant now) override;
  [[nodiscard]] bool is_active(const Vin& vin, Instant now) const override;
  [[nodiscard]] const std::vector<CloudChange>& changes() const override { return changes_; }
  void revoke_tokens() override { tokens_.revoke(); }
  void pin_temper(const Vin& vin, Temper temper) override { tempers_.pin(vin, temper); }
  void meddle(const Vin& vin, bool active, Instant now) override;
  void heal() override { tempers_.heal(); }

 private:
  struct Contract {
    std::string id;
    std::string reference;
    Vin vin;
    Instant from;
    Instant to;
    std::string to_text;
    Instant created_at;
    Instant deleted_at = Instant::never();
    bool is_meddled = false;  ///< in effect at once, whatever the temper
    bool in_fleet = false;
  };

  [[nodiscard]] ports::HttpResponse sign_in(const ports::HttpRequest& request, Instant now);
  [[nodiscard]] ports::HttpResponse eligibilities(const ports::HttpRequest& request) const;
  [[nodiscard]] ports::HttpResponse list(std::string_view query, Instant now) const;
  [[nodiscard]] ports::HttpResponse create(const ports::HttpRequest& request, Instant now);
  [[nodiscard]] ports::HttpResponse remove(std::string_view id, Instant now);
  [[nodiscard]] ports::HttpResponse join(const ports::HttpRequest& request, std::string_view path);
  [[nodiscard]] bool is_eligible(const Vin& vin) const;
  [[nodiscard]] std::string_view status_of(const Contract& contract, Instant now) const;
  [[nodiscard]] std::string shown(const Contract& contract, Instant now) const;
  /// Of one vehicle, in the order of their creation.
  [[nodiscard]] const std::vector<Contract*>& of_vehicle(const Vin& vin) const;
  /// Null where there is none.
  [[nodiscard]] Contract* find(std::string_view id);
  [[nodiscard]] Contract& add(const Vin& vin, Instant from, Instant to, Instant now);

  Context& context_;
  Tokens tokens_;
  Tempers tempers_;
  std::deque<Contract> contracts_;  ///< in the order of their creation
  std::unordered_map<Vin, std::vector<Contract*>> by_vin_;
  std::unordered_map<std::string_view, Contract*> by_id_;  ///< keys are the contracts' own
  std::vector<CloudChange> changes_;
};

}  // namespace contactor::world
