#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "world/context.h"
#include "world/reply.h"

namespace contactor::world {

/// The IoT API's sign-in layer: OAuth 2.0 client credentials, bearer tokens with a lifetime.
class SignIn {
 public:
  explicit SignIn(Context& context) : context_(context) {}

  [[nodiscard]] Reply token(const ports::HttpRequest& request, Instant now);
  [[nodiscard]] bool accepts(const ports::HttpRequest& request, Instant now) const;
  /// The client's secret stops working, and so do the tokens it got, until `heal`.
  void revoke_secret();
  void revoke_tokens() { expires_.clear(); }
  void heal() { secret_revoked_ = false; }

 private:
  [[nodiscard]] ports::HttpResponse answer(const ports::HttpRequest& request, Instant now);
  [[nodiscard]] ports::HttpResponse issue(Instant now);

  Context& context_;
  std::unordered_map<std::string, Instant> expires_;
  bool secret_revoked_ = false;
};

}  // namespace contactor::world
