#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "vin/vin.h"
#include "world/context.h"
#include "world/reply.h"

namespace contactor::world {

/// How a vehicle meets its maker's cloud, drawn once from the seed and its VIN.
enum class Temper : std::uint8_t {
  prompt,    ///< in effect at once, or within a minute where the cloud is never faster
  slow,      ///< in effect after 10 minutes to a day
  stubborn,  ///< taken, and never in effect
  refused,   ///< not eligible, with one of the cloud's reasons
  awkward,   ///< the cloud's own trap: half consents, silent rejections, a head unit that is too old, …
  unknown,   ///< the cloud does not know this VIN
};
inline constexpr std::size_t temper_count = 6;

/// A change as the cloud took it: what an outside observer may count.
struct CloudChange {
  Vin vin;
  bool active = false;  ///< asked for; false: ended
  Instant at;
};

/// One car maker's cloud as it really behaves: sign-in, endpoints, quirks. Pure: time comes by argument and
/// never runs backwards; what becomes of a vehicle later is computed when somebody asks.
class Cloud {
 public:
  virtual ~Cloud() = default;

  /// The first segment of its paths: "tesla" for `/tesla/…`; its sign-in lives under `/tesla-auth/…`.
  [[nodiscard]] virtual std::string_view prefix() const = 0;
  /// @param path  behind the prefix and its slash. @param is_sign_in  whether it came under `-auth`.
  [[nodiscard]] virtual ports::HttpResponse handle(const ports::HttpRequest& request, std::string_view path,
                                                   std::string_view query, bool is_sign_in, Instant now) = 0;
  /// The truth: does data of this vehicle flow?
  [[nodiscard]] virtual bool is_active(const Vin& vin, Instant now) const = 0;
  [[nodiscard]] virtual const std::vector<CloudChange>& changes() const = 0;

  // Scenario control.
  virtual void revoke_tokens() = 0;
  virtual void pin_temper(const Vin& vin, Temper temper) = 0;
  /// Somebody else switches the vehicle, behind our back.
  virtual void meddle(const Vin& vin, bool active, Instant now) = 0;
  /// Whatever is slow or stubborn from now on is prompt; refusals stay.
  virtual void heal() = 0;
};

/// The temper that the seed gives this vehicle at this cloud.
[[nodiscard]] Temper temper_of(const Context& context, std::string_view cloud, const Vin& vin);
[[nodiscard]] std::string_view to_string(Temper temper);
[[nodiscard]] std::optional<Temper> parse_temper(std::string_view name);
/// A number that the seed gives this vehicle for this purpose, evenly spread.
[[nodiscard]] std::uint64_t draw_of(const Context& context, std::string_view purpose, const Vin& vin);

}  // namespace contactor::world
