#pragma once

#include <string>

namespace contactor::app {

/// A service account file with a key that was made a moment ago and is known to nobody else.
[[nodiscard]] std::string demo_service_account(const std::string& token_uri);

}  // namespace contactor::app
