#pragma once

#include <deque>
#include <map>

#include "world/fleet/access.h"

namespace contactor::world {

/// High Mobility: clearances with a changelog, several records a vehicle, tokens of five minutes.
/// @source  hm-fleet-clearance-v1.yml, hm-eligibility-v1.yml, hm-oauth-rest-v1.yml; facts/oem.md 9.5.
class HighMobilityCloud : public Cloud {
 public:
  explicit HighMobilityCloud(Context& context);

  [[nodiscard]] std::string_view prefix() const override { return "hm"; }
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
    Instant at;
    std::string_view status;
    std::string_view reason;
  };
  struct Record {
    std::string brand;
    std::string tags;  ///< as JSON
    std::vector<Entry> log;
  };
  /// The last one is live. Cars whose temper is awkward are listed with the newest first.
  using Records = std::vector<Record>;
  struct Filter;

  [[nodiscard]] ports::HttpResponse sign_in(const ports::HttpRequest& request, Instant now);
  [[nodiscard]] ports::HttpResponse clear(std::string_view body, Instant now);
  /// @return  the status, and a description where it is an error.
  [[nodiscard]] std::pair<std::string_view, std::string_view> clear_one(std::string_view vin,
                                                                        std::string_view brand,
                                                                        std::string tags, Instant now);
  [[nodiscard]] ports::HttpResponse list(std::string_view query, Instant now) const;
  [[nodiscard]] ports::HttpResponse one(std::string_view vin, Instant now);
  [[nodiscard]] ports::HttpResponse withdraw(std::string_view vin, Instant now);
  [[nodiscard]] ports::HttpResponse eligibility(std::string_view body) const;
  /// The record as it is by now: what was under way may have come about since it was written.
  [[nodiscard]] Record settled(const Vin& vin, Record record, Instant now) const;
  [[nodiscard]] Entry outcome_of(const Vin& vin, const Entry& last) const;
  [[nodiscard]] std::string text_of(const Vin& vin, const Record& record) const;

  Context& context_;
  Tokens tokens_;
  Tempers tempers_;
  std::map<Vin, Records> records_;
  std::deque<Instant> single_looks_;
  std::vector<CloudChange> changes_;
};

}  // namespace contactor::world
