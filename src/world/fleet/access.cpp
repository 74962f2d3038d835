#include "world/fleet/access.h"

#include "world/route.h"

namespace contactor::world {
namespace {

constexpr std::size_t tokens_max = 10'000;
constexpr Millis kSlowLeast = std::chrono::minutes(10);
constexpr Millis kSlowMost = std::chrono::hours(24);

}  // namespace

std::string Tokens::issue(Instant now, Millis lifetime) {
  if (expires_.size() >= tokens_max)
    std::erase_if(expires_, [now](const auto& entry) { return entry.second <= now; });
  if (expires_.size() >= tokens_max) expires_.clear();
  Prng& dice = context_.faults.dice();
  std::string text = fmt::format("{}-{:016x}{:016x}", name_, dice.next(), dice.next());
  expires_.emplace(text, now + lifetime);
  return text;
}

bool Tokens::accepts(const ports::HttpRequest& request, Instant now) const {
  const auto found = expires_.find(std::string(bearer_of(request)));
  return found != expires_.end() && now < found->second;
}

Temper Tempers::of(const Vin& vin) const {
  const auto pinned = pinned_.find(vin);
  return pinned != pinned_.end() ? pinned->second : temper_of(context_, cloud_, vin);
}

Instant Tempers::effect_of(const Vin& vin, Instant asked) const {
  const Temper temper = healed_ ? Temper::prompt : of(vin);
  if (temper == Temper::stubborn) return Instant::never();
  if (temper != Temper::slow) return asked;
  const auto spread = static_cast<std::uint64_t>((kSlowMost - kSlowLeast).count());
  return asked + kSlowLeast + Millis(draw_of(context_, cloud_ + " pace", vin) % spread);
}

}  // namespace contactor::world
