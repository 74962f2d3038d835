#include "gateways/oauth/token_source.h"

#include <algorithm>

namespace contactor::gateways::oauth {
namespace {

constexpr Millis kRefreshMargin = std::chrono::seconds(60);
constexpr Millis kPauseAfterFailure = std::chrono::seconds(1);
constexpr Millis kLoginWindow = std::chrono::hours(1);
constexpr std::size_t kRefusedLoginsMax = 3;
constexpr Millis kRenewalWindow = std::chrono::minutes(1);
constexpr std::size_t kRenewalsMax = 10;

void drop_older(std::deque<Instant>& moments, Instant than) {
  while (!moments.empty() && moments.front() <= than) moments.pop_front();
}

Error oauth_error(ErrorKind kind, std::string detail) {
  return {.kind = kind,
          .applied = Applied::no,
          .retry_after = {},
          .origin = "oauth",
          .detail = std::move(detail)};
}

}  // namespace

TokenSource::TokenSource(TokenSourceParams params) : params_(std::move(params)) {}

void TokenSource::with_token(Instant respond_by, ports::Done<Result<AccessToken>> done) {
  const bool usable = held_ && now() < held_->expires_at;
  const bool wants_login = !usable || now() >= held_->refresh_at;
  if (usable) {
    // A copy: a login that fails at once must not take the token away from under this caller.
    const AccessToken token = held_->token;
    if (wants_login && !login_in_flight_ && may_log_in()) start_login();
    return done(token);
  }
  if (!login_in_flight_ && !may_log_in()) return done(fail(locally_refused()));
  wait(respond_by, std::move(done));
  if (!login_in_flight_ && !waiters_.empty()) start_login();
}

void TokenSource::wait(Instant respond_by, ports::Done<Result<AccessToken>> done) {
  if (respond_by <= now()) return done(fail(oauth_error(ErrorKind::timed_out, "no time left for a token")));
  if (waiters_.size() >= params_.waiters_max)
    return done(fail(oauth_error(ErrorKind::exhausted, "too many calls wait for a token")));
  const std::uint64_t id = ++last_waiter_;
  waiters_.push_back({.id = id, .done = std::move(done)});
  if (respond_by.is_never()) return;
  params_.timekeeper.call_at(respond_by, [this, id, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) time_out(id);
  });
}

void TokenSource::time_out(std::uint64_t waiter_id) {
  const auto found = std::ranges::lower_bound(waiters_, waiter_id, {}, &Waiter::id);
  if (found == waiters_.end() || found->id != waiter_id) return;
  auto done = std::move(found->done);
  waiters_.erase(found);
  done(fail(oauth_error(ErrorKind::timed_out, "the token endpoint did not answer in time")));
}

Error TokenSource::locally_refused() const {
  Error error = last_failure_.value_or(oauth_error(ErrorKind::unavailable, "the last login failed"));
  error.retry_after = next_login_at_ - now();
  return error;
}

void TokenSource::start_login() {
  login_in_flight_ = true;
  auto request = params_.grant_request(now());
  if (!request) return end_login(fail(std::move(request.error())));
  request->respond_by = now() + params_.login_timeout;
  params_.transport.send(std::move(*request),
                         [this, alive = std::weak_ptr(alive_)](Result<ports::HttpResponse> answer) {
                           if (!alive.expired()) end_login(std::move(answer));
                         });
}

void TokenSource::end_login(Result<ports::HttpResponse> answer) {
  login_in_flight_ = false;
  auto grant = answer ? params_.read_grant(*answer, now()) : Result<Grant>(fail(std::move(answer.error())));
  if (grant) {
    accept(std::move(*grant));
    return answer_waiters(held_->token);
  }
  // Whatever became of the login, what the token was wanted for has not been sent.
  grant.error().applied = Applied::no;
  note_failure(grant.error());
  answer_waiters(fail(locally_refused()));
}

void TokenSource::accept(Grant grant) {
  const Millis margin = std::min(grant.lifetime / 5, kRefreshMargin);
  held_ = Held{.token = {.value = std::move(grant.access_token), .serial = ++last_serial_},
               .refresh_at = now() + (grant.lifetime - margin),
               .expires_at = now() + grant.lifetime};
  refused_logins_.clear();
  last_failure_.reset();
  next_login_at_ = now();
}

void TokenSource::note_failure(const Error& error) {
  last_failure_ = error;
  const bool refused = error.kind == ErrorKind::unauthorized || error.kind == ErrorKind::invalid;
  next_login_at_ = refused
                       ? after_refused_login()
                       : now() + std::max(error.retry_after.value_or(kPauseAfterFailure), kPauseAfterFailure);
}

Instant TokenSource::after_refused_login() {
  drop_older(refused_logins_, now() - kLoginWindow);
  refused_logins_.push_back(now());
  if (refused_logins_.size() >= kRefusedLoginsMax) return refused_logins_.front() + kLoginWindow;
  return now() + (refused_logins_.size() == 1 ? std::chrono::minutes(1) : std::chrono::minutes(10));
}

void TokenSource::answer_waiters(const Result<AccessToken>& result) {
  // Taken out first: whoever is answered may ask again at once.
  auto waiters = std::exchange(waiters_, {});
  for (Waiter& waiter : waiters) waiter.done(result);
}

void TokenSource::invalidate(const AccessToken& token) {
  if (!held_ || held_->token.serial != token.serial) return;
  drop_older(renewals_, now() - kRenewalWindow);
  if (renewals_.size() >= kRenewalsMax) return;
  renewals_.push_back(now());
  held_.reset();
}

}  // namespace contactor::gateways::oauth
