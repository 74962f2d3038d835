#pragma once

#include <string>

#include "ports/http.h"

namespace contactor::ports {

/// A channel in which people read alerts.
class Chat {
 public:
  virtual ~Chat() = default;
  /// @errors  unauthorized, not_found (channel), rate_limited, unavailable, timed_out, protocol.
  virtual void post(std::string channel, std::string text, Done<Status> done) = 0;
};

}  // namespace contactor::ports
