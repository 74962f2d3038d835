// One vehicle, its cloud and everything that goes wrong between them, drawn at random: invariant O1 after
// every step, and agreement soon after the faults end.

#include <gtest/gtest.h>

#include "base/prng.h"
#include "fleet/testing.h"

namespace contactor::fleet {
namespace {

using namespace testing;

/// A cloud as the vehicle meets it: at once or step by step, in order or not.
class Cloud {
 public:
  Cloud(Prng& prng, bool is_slow) : prng_(prng), is_slow_(is_slow) {}

  void heal() { faults_ = 0.0; }

  Result<CloudState> read() {
    move_on();
    if (prng_.chance(faults_)) return fail(an_error(ErrorKind::unavailable));
    if (prng_.chance(faults_)) return says(Standing::unknown, "left_out");
    return state();
  }

  Result<CloudState> call(Intent intent) {
    if (prng_.chance(faults_)) return fail(an_error(ErrorKind::rate_limited));
    if (prng_.chance(faults_ / 2)) return refuse(intent);
    const bool is_lost = prng_.chance(faults_);
    if (!is_lost || prng_.chance(0.5)) take(intent);
    if (is_lost) return fail(an_error(ErrorKind::timed_out, Applied::maybe));
    return state();
  }

  /// Somebody else changes it behind our back.
  void drift() {
    if (prng_.chance(faults_ / 4)) standing_ = prng_.chance(0.5) ? Standing::active : Standing::inactive;
  }

 private:
  Result<CloudState> refuse(Intent intent) {
    if (intent == Intent::activate) standing_ = Standing::refused;
    reason_ = prng_.chance(0.5) ? "not_eligible" : "half_consent_vehicle";
    return says(Standing::refused, reason_);
  }
  void take(Intent intent) {
    const bool is_on = intent == Intent::activate;
    if (is_on ? standing_ == Standing::active : standing_ == Standing::inactive) return;
    standing_ = is_on ? (is_slow_ ? Standing::pending : Standing::active)
                      : (is_slow_ ? Standing::ending : Standing::inactive);
  }
  void move_on() {
    if (standing_ == Standing::pending)
      standing_ = prng_.chance(faults_) ? Standing::inactive : Standing::active;
    if (standing_ == Standing::ending)
      standing_ = prng_.chance(faults_) ? Standing::active : Standing::inactive;
  }
  [[nodiscard]] CloudState state() const {
    return says(standing_, standing_ == Standing::refused ? reason_ : "");
  }

  Prng& prng_;
  bool is_slow_;
  double faults_ = 0.3;
  Standing standing_ = Standing::inactive;
  std::string reason_ = "not_eligible";
};

/// What a run does with one vehicle, and the rules that each of its steps must keep.
class Story {
 public:
  Story(std::uint64_t seed, bool is_slow) : prng_(seed), cloud_(prng_, is_slow) {
    vehicle_.vin = a_vin();
    vehicle_.oem = Oem::kia;
    edit_wish();
  }

  void hurt() {
    for (int i = 0; i < 60; ++i) {
      now_ = now_ + Millis(static_cast<std::int64_t>(prng_.below(40'000'000)));
      cloud_.drift();
      if (prng_.chance(0.15)) edit_wish();
      // Some clouds list every vehicle, whether it is due or not.
      cycle(prng_.chance(0.3));
    }
  }

  /// How many cycles it takes until the cloud has what is wanted; more than `max` counts as never.
  int cycles_to_agree(int max) {
    cloud_.heal();
    if (vehicle_.blocked) edit_wish();
    for (int cycles = 0; cycles <= max; ++cycles) {
      if (agrees()) return cycles;
      EXPECT_FALSE(vehicle_.next_check_at.is_never());
      now_ = std::max(now_, vehicle_.next_check_at);
      cycle(false);
    }
    return max + 1;
  }

  [[nodiscard]] Wanted want() const { return wanted(vehicle_.wish, Zone(), now_); }
  [[nodiscard]] const Vehicle& vehicle() const { return vehicle_; }

 private:
  [[nodiscard]] bool agrees() const {
    const Wanted wanted = want();
    return vehicle_.intent == Intent::none && (!wanted.decided || vehicle_.status == wanted.active) &&
           decide(vehicle_, wanted, Pace(), now_).action == Action::none;
  }

  void edit_wish() {
    Wish wish;
    if (!prng_.chance(0.1)) wish.requested = prng_.chance(0.6);
    const Day today = Zone().day_of(now_);
    if (prng_.chance(0.3)) wish.start = today - std::chrono::days(2) + std::chrono::days(prng_.below(5));
    if (prng_.chance(0.3)) wish.end = wish.start.value_or(today) + std::chrono::days(prng_.below(5));
    wish.comment = std::to_string(prng_.next());
    if (const auto step = fleet::wish(vehicle_, wish, {.run = "people", .now = now_})) vehicle_ = step->after;
    EXPECT_FALSE(vehicle_.blocked);
  }

  void cycle(bool is_listed) {
    if (!is_listed && now_ < vehicle_.next_check_at) return;
    const auto seen = cloud_.read();
    const Vehicle before = vehicle_;
    keep(observe(vehicle_, seen, want(), Pace(), stamp()));
    const bool was_read = seen && seen->standing != Standing::unknown;
    if (!was_read) {
      EXPECT_EQ(vehicle_.status, before.status);
    }
    const Action action = decide(vehicle_, want(), Pace(), now_).action;
    if (action == Action::activate || action == Action::renew) act(Intent::activate, was_read);
    if (action == Action::deactivate) act(Intent::deactivate, was_read);
  }

  void act(Intent intent, bool was_read) {
    EXPECT_TRUE(was_read) << "nothing is begun on a guess";
    keep(intend(vehicle_, intent, Oem::kia, stamp()));
    is_told_ = false;
    if (prng_.chance(0.05)) return;  // the process ends before the call
    const auto answer = cloud_.call(intent);
    if (prng_.chance(0.05)) return;  // or before its outcome is committed
    keep(settle(vehicle_, answer, want(), Pace(), stamp()));
  }

  void keep(Step step) {
    EXPECT_EQ(step.after.version, vehicle_.version + 1);
    EXPECT_EQ(step.after.wish, vehicle_.wish) << "only people change the wish";
    if (step.entry) {
      EXPECT_EQ(step.entry->number, step.after.version);
      is_told_ = true;
    }
    const bool has_begun = vehicle_.intent == Intent::none && step.after.intent != Intent::none;
    vehicle_ = std::move(step.after);
    EXPECT_TRUE(has_begun || is_told_) << "O3: each attempt has its row";
    check_hold();
  }

  /// O1: what is not as wanted has an attempt open, or a hold with a reason and a moment.
  void check_hold() const {
    const Wanted wanted = want();
    if (!wanted.decided || vehicle_.status == wanted.active || vehicle_.intent != Intent::none) return;
    const Decision decision = decide(vehicle_, wanted, Pace(), now_);
    if (decision.action == Action::blocked) return;
    EXPECT_LE(vehicle_.next_check_at, std::max(now_, vehicle_.updated_at) + Pace().retry_max);
    EXPECT_FALSE(to_string(decision.why).empty());
  }

  [[nodiscard]] Stamp stamp() const { return {.run = "run", .now = now_}; }

  Prng prng_;
  Cloud cloud_;
  Vehicle vehicle_;
  Instant now_ = kNow;
  bool is_told_ = true;
};

/// The most cycles that any of many stories needed.
int most_cycles(bool is_slow, int allowed) {
  int most = 0;
  for (std::uint64_t seed = 0; seed < 1000 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    Story story(seed, is_slow);
    story.hurt();
    const int cycles = story.cycles_to_agree(allowed);
    EXPECT_LE(cycles, allowed) << to_string(story.vehicle().cloud.standing) << ", "
                               << to_string(story.want().why);
    most = std::max(most, cycles);
  }
  return most;
}

TEST(Convergence, WithACloudThatObeysAtOnceEverythingAgreesTwoCyclesAfterTheFaultsEnd) {
  EXPECT_EQ(most_cycles(false, 2), 2) << "stories in which all agrees at once test nothing";
}

// Switching off, off, switching on, on: a slow cloud moves once a cycle.
TEST(Convergence, WithASlowCloudItTakesNoLongerThanTheCloudDoes) { EXPECT_GE(most_cycles(true, 4), 3); }

}  // namespace
}  // namespace contactor::fleet
