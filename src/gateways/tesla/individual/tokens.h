#pragma once

#include "gateways/tesla/auth.h"
#include "ports/tesla_owner.h"

namespace contactor::gateways::tesla::individual {

/// The exchange of a consent's code for the first tokens.
/// @param audience  base URL of the owner's region
[[nodiscard]] ports::HttpRequest exchange_request(const App& app, const std::string& audience,
                                                  const ports::TeslaOwner& owner);
/// A token of the app's own, which opens no vehicle.
[[nodiscard]] ports::HttpRequest partner_request(const App& app);
[[nodiscard]] ports::HttpRequest refresh_request(const App& app, const Secret& refresh_token);

/// Whether the answer says that only the owner can help: the code or the refresh token was used or is over.
[[nodiscard]] bool needs_consent(const ports::HttpResponse& response);
/// @param used  the refresh token that was sent; it stays where the answer brings no new one
/// @errors  as `tesla::read_grant`.
[[nodiscard]] Result<ports::OwnerTokens> read_tokens(const ports::HttpResponse& response, const Secret& used,
                                                     Instant now);

}  // namespace contactor::gateways::tesla::individual
