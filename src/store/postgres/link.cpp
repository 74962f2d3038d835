#include "store/postgres/link.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <charconv>

namespace contactor::store::postgres {
namespace {

constexpr Millis kFirstPause(20);
constexpr Millis kLongestPause(1000);

std::string settings_for(const PostgresTimeouts& timeouts, Use use) {
  std::string script = fmt::format(
      "SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}; SET statement_timeout = {}; "
      "SET jit = off; SET standard_conforming_strings = on; SET DateStyle = ISO; SET TimeZone = 'UTC'; "
      // Locks of a client that was cut off are gone before anybody needs them.
      "SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 2; "
      "SELECT set_config('synchronous_commit', 'on', false) "
      "WHERE current_setting('synchronous_commit') IN ('off', 'local');",
      timeouts.lock.count(), timeouts.idle_in_transaction.count(),
      use == Use::script ? 0 : timeouts.statement.count());
  if (use == Use::hot)
    // Each hot statement finds its rows by key, one by one: planned once, and never by what a table that was
    // empty or not yet analyzed made look cheap.
    script +=
        "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; "
        "SET enable_mergejoin = off; SET enable_bitmapscan = off; SET random_page_cost = 1.1;";
  return script;
}

constexpr std::string_view kProof =
    "SELECT pg_is_in_recovery(), current_setting('transaction_read_only'), "
    "(SELECT system_identifier FROM pg_control_system()), "
    "CASE WHEN pg_is_in_recovery() THEN '0' ELSE substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) "
    "END, pg_postmaster_start_time(), pg_backend_pid(), "
    "(SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())";

template <class T>
T number_in(const std::string& text, int base) {
  T number{};
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

}  // namespace

Status Identity::admit(const ServerProof& proof) {
  const auto refuse = [](std::string detail) {
    return fail(Error{.kind = ErrorKind::unavailable,
                      .retry_after = Millis(5000),
                      .origin = "store",
                      .detail = std::move(detail)});
  };
  const std::lock_guard lock(mutex_);
  if (!system_identifier_.empty() && proof.system_identifier != system_identifier_)
    return refuse(fmt::format("another database answers: system {} instead of {}", proof.system_identifier,
                              system_identifier_));
  if (proof.timeline < timeline_)
    return refuse(fmt::format("a primary of the past answers: timeline {}, and {} was seen", proof.timeline,
                              timeline_));
  system_identifier_ = proof.system_identifier;
  timeline_ = proof.timeline;
  return {};
}

bool Identity::is_stranger(const ServerProof& proof) {
  const std::lock_guard lock(mutex_);
  return !system_identifier_.empty() && proof.system_identifier != system_identifier_;
}

void Identity::met_only_strangers(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(has_told_, true)) return;
  }
  on_stranger_(error);
}

Closing::Closing() : event_(eventfd(0, EFD_CLOEXEC)) { CTR_ASSERT(event_ >= 0); }
Closing::~Closing() { close(event_); }

void Closing::announce() {
  announced_ = true;
  eventfd_write(event_, 1);
}

void Closing::wait(Millis time) const {
  pollfd wanted{.fd = event_, .events = POLLIN, .revents = 0};
  (void)poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(time.count(), 0)));
}

Result<Session*> Link::session() {
  if (is_open()) return session_.get();
  session_.reset();
  if (!missed_since_) missed_since_ = Clock::now();
  const auto until = *missed_since_ + params_.timeouts.outage;
  Error last{.kind = ErrorKind::unavailable,
             .retry_after = Millis(1000),
             .origin = "store",
             .detail = fmt::format("the database {} is away", params_.address.name)};
  for (;;) {
    if (Clock::now() >= next_try_) {
      auto made = try_once();
      if (made) return made;
      last = made.error();
    }
    // Once an outage lasts, each caller gets a try at most, and an answer.
    const auto left = std::chrono::ceil<Millis>(until - Clock::now());
    if (left <= Millis(0) || closing_.is_announced()) return fail(std::move(last));
    closing_.wait(std::min(left, std::chrono::ceil<Millis>(next_try_ - Clock::now())));
  }
}

Result<Session*> Link::try_once() {
  if (is_open()) return session_.get();
  session_.reset();
  Error last;
  met_stranger_ = false;
  for (std::size_t i = 0; i < params_.address.hosts.size(); ++i) {
    const std::size_t host = (host_ + i) % params_.address.hosts.size();
    auto opened = open(params_.address.hosts[host]);
    if (!opened) {
      last = std::move(opened.error());
      continue;
    }
    session_ = std::move(*opened);
    host_ = host;
    missed_since_.reset();
    pause_ = Millis(0);
    return session_.get();
  }
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  next_try_ = Clock::now() + pause_;
  if (met_stranger_) identity_.met_only_strangers(last);
  return fail(std::move(last));
}

void Link::drop() {
  session_.reset();
  if (!missed_since_) missed_since_ = Clock::now();
}

Result<std::unique_ptr<Session>> Link::open(const Options& host) {
  // A script may build an index for hours; a peer that is gone is noticed by TCP all the same.
  const Millis silence =
      params_.use == Use::script ? Millis(std::chrono::hours(24)) : params_.timeouts.silence;
  auto opened = Session::open(host, {.connect = params_.timeouts.connect, .silence = silence});
  if (!opened) return fail(error_of(opened.error()));
  CTR_TRY(proof, prove(**opened));
  met_stranger_ = met_stranger_ || identity_.is_stranger(proof);
  CTR_CHECK(identity_.admit(proof));
  (*opened)->set_proof(std::move(proof));
  if (auto set = (*opened)->run_text(settings_for(params_.timeouts, params_.use) + params_.greeting); !set)
    return fail(error_of(set.error()));
  return std::move(*opened);
}

Result<ServerProof> Link::prove(Session& session) {
  const auto rows = session.run_text(kProof);
  if (!rows) return fail(error_of(rows.error()));
  const auto& row = rows->at(0);
  if (row.at(0) != "f" || row.at(1) != "off")
    return fail(Error{.kind = ErrorKind::unavailable,
                      .retry_after = Millis(5000),
                      .origin = "store",
                      .detail = row.at(0) == "f" ? "the database is read-only: it is closed for writes"
                                                 : "the database is read-only: this server is a standby"});
  return ServerProof{.system_identifier = row.at(2),
                     .timeline = number_in<std::int64_t>(row.at(3), 16),
                     .started_at = row.at(4),
                     .backend = number_in<std::int32_t>(row.at(5), 10),
                     .backend_started_at = row.at(6)};
}

}  // namespace contactor::store::postgres
