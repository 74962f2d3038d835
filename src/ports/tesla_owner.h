#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/secret.h"
#include "fleet/enrich.h"
#include "fleet/vehicle.h"
#include "ports/http.h"

namespace contactor::ports {

/// In which region of Tesla's an owner has their account.
enum class TeslaRegion : std::uint8_t { north_america, europe, china };

/// What an owner's consent has given us. The refresh token works once: each use brings the next one.
struct OwnerTokens {
  Secret access_token;
  Instant expires_at;  ///< of the access token
  Secret refresh_token;
};

/// One owner of one Tesla outside of any fleet.
struct TeslaOwner {
  Vin vin;
  TeslaRegion region = TeslaRegion::europe;
  Secret code;               ///< that the owner's consent brought and that was not yet used; empty: none
  std::string redirect_uri;  ///< to which the consent page sent the owner
  std::optional<OwnerTokens> tokens;
};

/// Keeps what owners entrusted to us, sealed.
class OwnerTokenKeeper {
 public:
  virtual ~OwnerTokenKeeper() = default;
  /// Answers when the tokens are durable, and only then are they used: a refresh token that is lost after its
  /// predecessor was used up costs the owner another consent.
  virtual void save(Vin vin, OwnerTokens tokens, Done<Status> done) = 0;
};

/// What became of one owner's vehicle.
struct OwnerOutcome {
  bool consent_needed = false;  ///< no code, or Tesla takes neither it nor the refresh token any more
  fleet::CloudState state;
  std::optional<fleet::ModelFacts> facts;  ///< where the vehicle streams or will
};

/// Single Teslas, each with its owner's consent.
class TeslaOwners {
 public:
  virtual ~TeslaOwners() = default;
  /// Gets a token where the owner's is near its end, asks for data where none flows or is under way, and
  /// reads the model. One attempt: a later call goes on where this one ended. One call a vehicle at a time.
  /// @errors  rate_limited, unavailable, timed_out (later); protocol; unauthorized (our own credential); of
  ///          the keeper.
  virtual void activate(TeslaOwner owner, Done<Result<OwnerOutcome>> done) = 0;
};

}  // namespace contactor::ports
