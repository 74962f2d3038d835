#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "base/secret.h"
#include "gateways/oauth/client_credentials.h"
#include "gateways/oauth/token_answer.h"
#include "ports/http.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::oauth {

/// A token as it was handed out. The serial tells a stale one from the current one.
struct AccessToken {
  Secret value;
  std::uint64_t serial = 0;
};

struct TokenSourceParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  GrantRequest grant_request;
  GrantReader read_grant = read_token_answer;  ///< where a login answers in words of its own
  Millis login_timeout = std::chrono::seconds(10);
  std::size_t waiters_max = 10'000;
};

/// The access token of one credential.
///
/// A token is refreshed in the background once 80 % of its life is over or it has 60 s left, whichever comes
/// later; until it expires the old one is handed out. At most one login is in flight; who needs its token
/// waits, in a bounded queue. After a refused login the next one waits: 1 minute, then 10, and after the
/// third within an hour until the first of them is an hour old, so that no account is locked by us. After any
/// other failure the next login waits for `Retry-After`, or a second. While it waits, callers get the last
/// error with `retry_after`. Thread: the engine's. Must outlive its transport's calls.
class TokenSource {
 public:
  explicit TokenSource(TokenSourceParams params);

  /// @errors  unauthorized, rate_limited, unavailable, invalid, protocol (from the login), timed_out
  /// (respond_by passed),
  ///          exhausted (too many wait); `applied` is always no.
  void with_token(Instant respond_by, ports::Done<Result<AccessToken>> done);
  /// The other side answered 401 to this token. Tokens already replaced are left alone, and ten renewals a
  /// minute are enough: an upstream that refuses every token must not turn each call into a login.
  void invalidate(const AccessToken& token);

 private:
  struct Held {
    AccessToken token;
    Instant refresh_at;
    Instant expires_at;
  };
  struct Waiter {
    std::uint64_t id = 0;
    ports::Done<Result<AccessToken>> done;
  };

  void wait(Instant respond_by, ports::Done<Result<AccessToken>> done);
  void time_out(std::uint64_t waiter_id);
  [[nodiscard]] bool may_log_in() const { return now() >= next_login_at_; }
  [[nodiscard]] Error locally_refused() const;
  void start_login();
  void end_login(Result<ports::HttpResponse> answer);
  void accept(Grant grant);
  void note_failure(const Error& error);
  [[nodiscard]] Instant after_refused_login();
  void answer_waiters(const Result<AccessToken>& result);
  [[nodiscard]] Instant now() const { return params_.timekeeper.now(); }

  TokenSourceParams params_;
  std::optional<Held> held_;
  std::vector<Waiter> waiters_;
  std::deque<Instant> refused_logins_;
  std::deque<Instant> renewals_;
  std::optional<Error> last_failure_;
  Instant next_login_at_;
  bool login_in_flight_ = false;
  std::uint64_t last_serial_ = 0;
  std::uint64_t last_waiter_ = 0;
  std::shared_ptr<char> alive_ =
      std::make_shared<char>();  ///< timers cannot be taken back; they look here first
};

}  // namespace contactor::gateways::oauth
