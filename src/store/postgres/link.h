#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>

#include "store/postgres/address.h"

namespace contactor::store::postgres {

/// Which database this process belongs to: what every connection must prove, shared by all of them.
/// Thread: any; `on_stranger` is called on the one that met it.
class Identity {
 public:
  /// @param on_stranger  told once where nobody answers but another database.
  explicit Identity(std::function<void(const Error&)> on_stranger = [](const Error&) {})
      : on_stranger_(std::move(on_stranger)) {}

  /// The first one says who it is; a later one must be the same system, on the same timeline or a later one.
  /// @errors  unavailable: another database, or a primary of the past.
  Status admit(const ServerProof& proof);
  [[nodiscard]] bool is_stranger(const ServerProof& proof);
  /// Of all hosts only a stranger answered.
  void met_only_strangers(const Error& error);

 private:
  const std::function<void(const Error&)> on_stranger_;
  std::mutex mutex_;
  bool has_told_ = false;
  std::string system_identifier_;
  std::int64_t timeline_ = 0;
};

/// Ends every wait of the store at once: something to read once the store closes. Thread: any.
class Closing {
 public:
  Closing();
  ~Closing();
  Closing(const Closing&) = delete;
  Closing& operator=(const Closing&) = delete;
  void announce();
  [[nodiscard]] bool is_announced() const { return announced_; }
  /// Returns early when it is announced.
  void wait(Millis time) const;
  [[nodiscard]] int readable() const { return event_; }

 private:
  int event_;
  std::atomic<bool> announced_ = false;
};

/// What a link's statements are like: the planner is told, because it guesses from tables that were empty.
enum class Use : std::uint8_t { hot, reports, script };

struct LinkParams {
  Address address;
  PostgresTimeouts timeouts;
  Use use = Use::hot;
  std::string greeting;  ///< run in each new session, after it was proved
};

/// A session that is made anew when it was lost, to whichever host is the primary then, not more often than
/// the pauses between tries allow. Thread: one at a time.
class Link {
 public:
  Link(LinkParams params, Identity& identity, const Closing& closing)
      : params_(std::move(params)), identity_(identity), closing_(closing) {}

  /// The session, open and proved; made again for at most `timeouts.outage` since it was first missed.
  /// @errors  unavailable (applied = no) with `retry_after`; exhausted: too many connections; unauthorized.
  [[nodiscard]] Result<Session*> session();
  /// One try, now.
  [[nodiscard]] Result<Session*> try_once();
  void drop();
  [[nodiscard]] bool is_open() const { return session_ && session_->is_open(); }
  [[nodiscard]] const PostgresTimeouts& timeouts() const { return params_.timeouts; }
  [[nodiscard]] const Closing& closing() const { return closing_; }

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] Result<std::unique_ptr<Session>> open(const Options& host);
  [[nodiscard]] Result<ServerProof> prove(Session& session);

  LinkParams params_;
  Identity& identity_;
  const Closing& closing_;
  std::unique_ptr<Session> session_;
  std::size_t host_ = 0;  ///< the one that answered last
  std::optional<Clock::time_point> missed_since_;
  Clock::time_point next_try_{};
  Millis pause_{0};
  bool met_stranger_ = false;  ///< in the last round through the hosts
};

}  // namespace contactor::store::postgres
