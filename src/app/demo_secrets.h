#pragma once

#include <string>

namespace contactor::app {

/// A service account file with a key that was made a moment ago and is known to nobody else.
[[nodiscard]] std::string demo_service_account(const std::string& token_uri);

/// A private key on P-256 as PEM, as Tesla's configurations are signed with.
[[nodiscard]] std::string demo_elliptic_key();
/// A PKCS#12 container with a fresh key, as base64, as Renault hands it out.
[[nodiscard]] std::string demo_key_container(const std::string& password);

}  // namespace contactor::app
