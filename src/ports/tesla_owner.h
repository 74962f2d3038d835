#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/secret.h"
#include "ports/http.h"
#include "vin/vin.h"

namespace contactor::ports {

/// In which region of Tesla's an owner has their account.
enum class TeslaRegion : std::uint8_t { north_america, europe, china };

/// What an owner's consent has given us. The refresh token works once: each use brings the next one.
struct OwnerTokens {
  Secret access_token;
  Instant expires_at;  ///< of the access token
  Secret refresh_token;
};

/// How the owner of a single Tesla lets us in.
struct TeslaOwner {
  Vin vin;
  TeslaRegion region = TeslaRegion::europe;
  Secret code;               ///< that the owner's consent brought and that was not yet used; empty: none
  std::string redirect_uri;  ///< to which the consent page sent the owner
  std::optional<OwnerTokens> tokens;
};

/// Keeps what owners entrusted to us, sealed. Thread: the engine's.
///
/// A refresh token that two processes use at once is lost to both: Tesla takes the one that it issued last
/// and the one that was used last, and no other. So a login is made only by who has borrowed the consent,
/// what it brings is durable before it is used, and who kept a consent for too long can keep no tokens in it.
class OwnerConsents {
 public:
  virtual ~OwnerConsents() = default;

  /// For a call with the access token at hand. Nothing: nobody is on record for this vehicle.
  virtual void read(Vin vin, Done<Result<std::optional<TeslaOwner>>> done) = 0;
  /// As `read`, for a login: nobody else makes one for this vehicle until it is given back, or for a minute.
  /// @errors  conflict: somebody else has it; those of the store.
  virtual void borrow(Vin vin, Done<Result<std::optional<TeslaOwner>>> done) = 0;
  /// Answers when the tokens are durable and the code is gone. @pre  borrowed.
  /// @errors  conflict: it was borrowed for too long; those of the store. The tokens must not be used then:
  ///          Tesla still takes the refresh token before, and the next login begins there.
  virtual void keep(Vin vin, OwnerTokens tokens, Done<Status> done) = 0;
  /// Tesla has refused the code: it is not sent again. @pre  borrowed. @errors  as `keep`.
  virtual void drop_code(Vin vin, Done<Status> done) = 0;
  virtual void give_back(Vin vin) = 0;
};

}  // namespace contactor::ports
