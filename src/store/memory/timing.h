#pragma once

#include <algorithm>
#include <memory>
#include <optional>

#include "base/prng.h"
#include "ports/http.h"
#include "ports/timekeeper.h"

namespace contactor::store::memory {

struct StoreParams {
  Millis latency_min{0};
  Millis latency_max{0};
  std::uint64_t seed = 1;
  double fail_before = 0;  ///< share of writes that are refused before anything happened
  double fail_after = 0;   ///< share of writes that are committed while their acknowledgement is lost
};

/// When writes are committed and acknowledged, on a Timekeeper's time. Destroying it is a crash: what was not
/// committed never is, and nobody is called any more.
class Timing {
 public:
  Timing(ports::Timekeeper& time, StoreParams params) : time_(time), params_(params), prng_(params.seed) {}
  ~Timing() { *alive_ = false; }
  Timing(const Timing&) = delete;
  Timing& operator=(const Timing&) = delete;

  /// Runs `change` at its commit and hands its result to `done` at its acknowledgement, in the order of
  /// asking.
  template <class Answer, class Change>
  void commit(Change change, ports::Done<Answer> done);
  /// Runs `question` and hands its result over; sees every write acknowledged before it was asked.
  template <class Answer, class Question>
  void ask(Question question, ports::Done<Answer> done);
  [[nodiscard]] Instant now() const { return time_.now(); }

 private:
  [[nodiscard]] Millis latency() {
    const auto span = static_cast<std::uint64_t>((params_.latency_max - params_.latency_min).count());
    return params_.latency_min + Millis(static_cast<std::int64_t>(prng_.below(span + 1)));
  }

  ports::Timekeeper& time_;
  StoreParams params_;
  Prng prng_;
  Instant last_commit_;
  Instant last_acknowledgement_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

template <class Answer, class Change>
void Timing::commit(Change change, ports::Done<Answer> done) {
  const bool fails_before = prng_.chance(params_.fail_before);
  const bool fails_after = !fails_before && prng_.chance(params_.fail_after);
  last_commit_ = std::max(last_commit_, time_.now() + latency());
  last_acknowledgement_ = std::max(last_acknowledgement_, last_commit_ + latency());
  auto answer = std::make_shared<std::optional<Answer>>();
  time_.call_at(last_commit_, [alive = alive_, change = std::move(change), answer, fails_before]() mutable {
    if (*alive && !fails_before) answer->emplace(change());
  });
  time_.call_at(last_acknowledgement_,
                [alive = alive_, answer, fails_before, fails_after, done = std::move(done)]() mutable {
                  if (!*alive) return;
                  if (!fails_before && !fails_after) return done(std::move(**answer));
                  auto error = fail(ErrorKind::unavailable, "store", "the database is away");
                  error.error().applied = fails_after ? Applied::maybe : Applied::no;
                  done(std::move(error));
                });
}

template <class Answer, class Question>
void Timing::ask(Question question, ports::Done<Answer> done) {
  time_.call_at(time_.now() + latency(),
                [alive = alive_, question = std::move(question), done = std::move(done)]() mutable {
                  if (*alive) done(Answer(question()));
                });
}

}  // namespace contactor::store::memory
