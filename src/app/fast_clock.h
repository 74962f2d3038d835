#pragma once

#include <algorithm>

#include "ports/http.h"
#include "ports/timekeeper.h"

namespace contactor::app {

/// Runs the demo's world faster than the wall clock, so that a story of an hour takes a minute and a half.
/// The engine and every simulated system live in this time; real sockets and files below them do not notice.
class FastClock final : public ports::Timekeeper {
 public:
  FastClock(ports::Timekeeper& real, int factor) : real_(real), factor_(factor), begun_at_(real.now()) {}

  [[nodiscard]] Instant now() const override { return begun_at_ + (real_.now() - begun_at_) * factor_; }
  [[nodiscard]] Millis monotonic() const override { return real_.monotonic() * factor_; }
  void call_at(Instant at, std::move_only_function<void()> action) override {
    real_.call_at(real(at), std::move(action));
  }
  /// The wall clock's moment for one of this clock; rounded up, so that nothing fires early.
  [[nodiscard]] Instant real(Instant at) const {
    if (at.is_never()) return at;
    const Millis ahead = at - begun_at_;
    return begun_at_ + (ahead + Millis(ahead.count() > 0 ? factor_ - 1 : 0)) / factor_;
  }

 private:
  ports::Timekeeper& real_;
  int factor_;
  Instant begun_at_;
};

/// Hands requests on with their deadline in real time, and never less than a real exchange needs.
class FastTransport final : public ports::HttpTransport {
 public:
  FastTransport(ports::HttpTransport& transport, const FastClock& clock, ports::Timekeeper& real)
      : transport_(transport), clock_(clock), real_(real) {}
  void send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) override {
    request.respond_by = std::max(clock_.real(request.respond_by), real_.now() + kLeast);
    transport_.send(std::move(request), std::move(done));
  }

 private:
  static constexpr Millis kLeast = std::chrono::seconds(3);
  ports::HttpTransport& transport_;
  const FastClock& clock_;
  ports::Timekeeper& real_;
};

}  // namespace contactor::app
