#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "world/context.h"
#include "world/reply.h"

namespace contactor::world {

/// Slack's `chat.postMessage`: refusals come as 200 with `"ok":false`, and a channel takes one message a
/// second. A channel that begins with `refuses-` refuses with what follows: `refuses-is_archived`.
class Chat {
 public:
  explicit Chat(Context& context) : context_(context) {}
  /// @param path  behind `/slack/`.
  [[nodiscard]] Reply handle(const ports::HttpRequest& request, std::string_view path, Instant now);

 private:
  [[nodiscard]] ports::HttpResponse post(const ports::HttpRequest& request, Instant now);

  Context& context_;
  std::unordered_map<std::string, Instant> last_posts_;
};

}  // namespace contactor::world
