#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "world/context.h"
#include "world/reply.h"

namespace contactor::world {

/// Who a Tesla access token speaks for.
struct TeslaAccount {
  enum class Kind : std::uint8_t { partner, business, owner };
  Kind kind = Kind::partner;
  std::string name;  ///< the business' code, or the owner's VIN
  Instant expires_at;
};

/// Tesla's sign-in: partner tokens, tokens for the code of a business, and those of owners, whose refresh
/// tokens work once.
class TeslaAccounts {
 public:
  explicit TeslaAccounts(Context& context) : context_(context) {}

  [[nodiscard]] ports::HttpResponse token(const ports::HttpRequest& request, Instant now);
  /// Null where the request's token is unknown or over.
  [[nodiscard]] const TeslaAccount* find(const ports::HttpRequest& request, Instant now) const;
  void revoke_tokens() { tokens_.clear(); }

  /// The business takes its consent back: its code works no more.
  void revoke_code(std::string code) { revoked_codes_.insert(std::move(code)); }
  /// An owner consents in the browser. @return  the code that the browser brings back; it works once.
  [[nodiscard]] std::string consent(const Vin& vin);
  /// The owner has consented, and nobody has used the code yet.
  [[nodiscard]] bool is_open(const Vin& vin) const;
  /// An owner takes the consent back in the Tesla account: none of its tokens opens anything any more.
  void withdraw(const Vin& vin);
  /// How often owners' refresh tokens were used, answered or not.
  [[nodiscard]] std::size_t refreshes() const { return refreshes_; }
  /// How often a code, or a refresh token, was sent that had been used up or was never issued.
  [[nodiscard]] std::size_t stale_codes() const { return stale_codes_; }
  [[nodiscard]] std::size_t stale_refreshes() const { return stale_refreshes_; }

 private:
  struct Owner {
    std::string current;   ///< the refresh token that was issued last
    std::string previous;  ///< the one used last: it still works, so that a lost answer loses nobody
    Instant issued_at;     ///< of the current one, which lives for three months
  };
  [[nodiscard]] ports::HttpResponse business_token(std::string_view code, Instant now);
  [[nodiscard]] ports::HttpResponse first_owner_token(std::string_view code, Instant now);
  [[nodiscard]] ports::HttpResponse next_owner_token(std::string_view refresh_token, Instant now);
  [[nodiscard]] bool takes(std::string_view refresh_token, Instant now) const;
  [[nodiscard]] ports::HttpResponse issue_to_owner(const std::string& vin, Instant now);
  [[nodiscard]] std::string new_token(TeslaAccount account, Instant now);

  Context& context_;
  std::unordered_map<std::string, TeslaAccount> tokens_;
  std::set<std::string> revoked_codes_;
  std::map<std::string, std::string, std::less<>> consents_;        ///< code → VIN
  std::map<std::string, std::string, std::less<>> refresh_tokens_;  ///< every one there was → VIN
  std::map<std::string, Owner> owners_;
  std::uint64_t last_number_ = 0;
  std::size_t refreshes_ = 0;
  std::size_t stale_codes_ = 0;
  std::size_t stale_refreshes_ = 0;
};

}  // namespace contactor::world
