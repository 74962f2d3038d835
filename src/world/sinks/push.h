#pragma once

#include <string_view>

#include "world/context.h"
#include "world/reply.h"

namespace contactor::world {

/// Firebase Cloud Messaging, HTTP v1, with its sign-in. A device token that begins with `gone-` is not
/// registered.
class PushService {
 public:
  explicit PushService(Context& context) : context_(context) {}
  [[nodiscard]] Reply token(const ports::HttpRequest& request, Instant now);
  /// @param path  behind `/fcm/`: `v1/projects/{project}/messages:send`.
  [[nodiscard]] Reply send(const ports::HttpRequest& request, std::string_view path, Instant now);

 private:
  [[nodiscard]] ports::HttpResponse take(const ports::HttpRequest& request, std::string_view path,
                                         Instant now);

  Context& context_;
  std::uint64_t last_id_ = 0;
};

}  // namespace contactor::world
