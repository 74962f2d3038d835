#pragma once

#include <string>
#include <unordered_set>

#include "world/context.h"
#include "world/reply.h"

namespace contactor::world {

/// A shop that moves the money itself: told by signed webhook, acts once for each `webhook-id`.
class Shop {
 public:
  explicit Shop(Context& context) : context_(context) {}
  [[nodiscard]] Reply handle(const ports::HttpRequest& request, Instant now);

 private:
  [[nodiscard]] ports::HttpResponse take(const ports::HttpRequest& request, Instant now);

  Context& context_;
  std::unordered_set<std::string> known_;
};

}  // namespace contactor::world
