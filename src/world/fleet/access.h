#pragma once

#include <string>
#include <unordered_map>

#include "world/fleet/cloud.h"

namespace contactor::world {

/// Bearer tokens that one cloud has issued.
class Tokens {
 public:
  Tokens(Context& context, std::string name) : context_(context), name_(std::move(name)) {}

  /// @param lifetime  from now on.
  [[nodiscard]] std::string issue(Instant now, Millis lifetime);
  [[nodiscard]] bool accepts(const ports::HttpRequest& request, Instant now) const;
  void revoke() { expires_.clear(); }

 private:
  Context& context_;
  std::string name_;
  std::unordered_map<std::string, Instant> expires_;
};

/// How the vehicles of one cloud behave: drawn, pinned, healed.
class Tempers {
 public:
  Tempers(Context& context, std::string cloud) : context_(context), cloud_(std::move(cloud)) {}

  [[nodiscard]] Temper of(const Vin& vin) const;
  void pin(const Vin& vin, Temper temper) { pinned_.insert_or_assign(vin, temper); }
  void heal() { healed_ = true; }
  /// When what the cloud took at `asked` is in effect: at once for most, after 10 minutes to a day for a slow
  /// vehicle, never for a stubborn one.
  [[nodiscard]] Instant effect_of(const Vin& vin, Instant asked) const;

 private:
  Context& context_;
  std::string cloud_;
  std::unordered_map<Vin, Temper> pinned_;
  bool healed_ = false;
};

}  // namespace contactor::world
