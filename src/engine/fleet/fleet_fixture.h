#pragma once

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "engine/engine_fixture.h"
#include "engine/fleet/fleet_control.h"
#include "engine/fleet/wishes.h"
#include "store/memory/fleet.h"

namespace contactor::engine::testing {

/// A cloud whose mind a test decides. Every call is answered `latency` later; what was asked for is in effect
/// `delay` after that.
class FakeCloud final : public ports::OemCloud {
 public:
  FakeCloud(ports::Timekeeper& time, fleet::Oem oem) : time_(time), oem_(oem) {}

  [[nodiscard]] fleet::Oem oem() const override { return oem_; }
  [[nodiscard]] ports::CloudLimits limits() const override { return limit; }

  void observe(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override {
    observe_calls += 1;
    answer(subjects, std::move(done),
           [this](const ports::CloudSubject& subject) { return state_of(subject.vin); });
  }
  void activate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override {
    change(std::move(subjects), true, std::move(done));
  }
  void deactivate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override {
    change(std::move(subjects), false, std::move(done));
  }
  void describe(ports::CloudSubject subject, ports::Done<Result<fleet::ModelFacts>> done) override {
    if (tells_no_models) return ports::OemCloud::describe(std::move(subject), std::move(done));
    time_.call_at(time_.now() + latency, [this, done = std::move(done)]() mutable { done(facts); });
  }
  void check(ports::Done<Status> done) override { done({}); }

  struct Change {
    Vin vin;
    bool active = false;
    std::string key;
  };
  std::vector<Change> changes;  ///< as they arrived
  int observe_calls = 0;
  std::size_t in_flight = 0;
  std::size_t in_flight_most = 0;
  ports::CloudLimits limit{.observed_at_once = 10, .changed_at_once = 5, .calls_at_once = 4};
  Millis latency{50};
  Millis delay{0};
  std::optional<Error> fails;                ///< every call
  bool hangs = false;                        ///< nothing is ever answered
  bool tells_no_models = false;              ///< and says so at once, as the port does
  bool loses_answers = false;                ///< changes are made, and their answers lost
  std::map<Vin, fleet::CloudState> refuses;  ///< what activation of these answers
  std::map<Vin, bool> is_on;
  Result<fleet::ModelFacts> facts = fail(ErrorKind::not_found, "fleet", "tells no models");
  std::function<void(const Change&)> on_change = [](const Change&) {};

 private:
  [[nodiscard]] Result<fleet::CloudState> state_of(const Vin& vin) const {
    if (const auto refused = refuses.find(vin); refused != refuses.end()) return refused->second;
    const auto due = due_.find(vin);
    if (due != due_.end() && time_.now() < due->second)
      return fleet::CloudState{.standing =
                                   is_on.at(vin) ? fleet::Standing::pending : fleet::Standing::ending};
    const auto on = is_on.find(vin);
    return fleet::CloudState{.standing = on != is_on.end() && on->second ? fleet::Standing::active
                                                                         : fleet::Standing::inactive};
  }
  void change(std::vector<ports::CloudSubject> subjects, bool active, ports::Done<ports::CloudAnswers> done) {
    for (const auto& subject : subjects) {
      changes.push_back({.vin = subject.vin, .active = active, .key = subject.key});
      on_change(changes.back());
    }
    answer(subjects, std::move(done),
           [this, active](const ports::CloudSubject& subject) -> Result<fleet::CloudState> {
             if (!refuses.contains(subject.vin)) {
               if (!is_on.contains(subject.vin) || is_on[subject.vin] != active)
                 due_[subject.vin] = time_.now() + delay;
               is_on[subject.vin] = active;
             }
             if (loses_answers)
               return contactor::fail(Error{.kind = ErrorKind::timed_out,
                                            .applied = Applied::maybe,
                                            .retry_after = {},
                                            .origin = "cloud",
                                            .detail = "no answer"});
             return state_of(subject.vin);
           });
  }
  template <class Each>
  void answer(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done, Each each) {
    in_flight += 1;
    if (hangs) return;
    in_flight_most = std::max(in_flight_most, in_flight);
    time_.call_at(time_.now() + latency, [this, subjects = std::move(subjects), done = std::move(done),
                                          each]() mutable {
      in_flight -= 1;
      ports::CloudAnswers answers;
      for (const auto& subject : subjects)
        answers.push_back(fails ? Result<fleet::CloudState>(contactor::fail(*fails)) : each(subject));
      done(std::move(answers));
    });
  }

  ports::Timekeeper& time_;
  fleet::Oem oem_;
  std::map<Vin, Instant> due_;
};

/// VINs that the table knows: 0 is a Kia, 1 a BMW, …
[[nodiscard]] inline Vin vin_of(std::string_view maker, int number) {
  return *Vin::parse(fmt::format("{}ZZZ1ZZ{:08}", maker, number));
}

inline constexpr std::string_view kKia = "KNA";
inline constexpr std::string_view kBmw = "WBA";

/// A channel that counts; a message takes a while.
class CountingChat final : public ports::Chat {
 public:
  explicit CountingChat(ports::Timekeeper& time) : time_(time) {}
  void post(std::string, std::string, ports::Done<Status> done) override {
    posts += 1;
    time_.call_at(time_.now() + Millis(100), [done = std::move(done)]() mutable { done({}); });
  }
  int posts = 0;

 private:
  ports::Timekeeper& time_;
};

/// A small fleet on the memory store: Kias and BMWs, each cloud with a mind of its own.
class FleetRuns : public ::testing::Test {
 protected:
  FleetRuns() : fleet_store_(store_.fleet()) {}

  void wish(std::string_view maker, int count, bool requested = true) {
    std::vector<WishedVehicle> wished;
    for (int i = 0; i < count; ++i)
      wished.push_back({.vin = vin_of(maker, i), .wish = {.fleet = "depot", .requested = requested}});
    bool done = false;
    put_wishes({.store = fleet_store_, .time = time_, .who = "test"}, std::move(wished), true,
               [&](const auto& outcomes) {
                 ASSERT_TRUE(outcomes.has_value());
                 done = true;
               });
    time_.run_for(std::chrono::seconds(1));
    ASSERT_TRUE(done);
  }

  FleetParts parts() {
    return {.store = fleet_store_,
            .time = time_,
            .clouds = {{fleet::Oem::kia, &kia_}, {fleet::Oem::bmw, &bmw_}},
            .settings = settings_,
            .chat = &chat_,
            .channel = "fleet"};
  }

  std::unique_ptr<FleetControl> control(std::string holder = "test:1") {
    return std::make_unique<FleetControl>(
        FleetControl::Params{.parts = parts(), .holder = std::move(holder), .every = {}});
  }

  /// Runs to its end. @return  the view, which lives as long as the control.
  const FleetRunView& run_to_end(FleetControl& control, const std::string& id,
                                 Millis limit = std::chrono::minutes(10)) {
    const Instant give_up_at = time_.now() + limit;
    while (control.find(id)->ended_at == Instant() && time_.now() < give_up_at) time_.run_for(Millis(100));
    EXPECT_NE(control.find(id)->ended_at, Instant()) << "the run did not end";
    return *control.find(id);
  }

  fleet::RunSummary run(FleetRunView::Kind kind = FleetRunView::Kind::run,
                        std::vector<fleet::Oem> oems = {}) {
    controls_.push_back(control());
    const auto id = controls_.back()->begin(kind, std::move(oems));
    EXPECT_TRUE(id.has_value());
    const FleetRunView& view = run_to_end(*controls_.back(), *id);
    EXPECT_TRUE(view.summary.has_value());
    return view.summary.value_or(fleet::RunSummary{});
  }

  fleet::Vehicle vehicle(const Vin& vin) {
    fleet::Vehicle found;
    fleet_store_.find_vehicles(
        {vin}, [&](Result<std::vector<fleet::Vehicle>> vehicles) { found = vehicles->at(0); });
    time_.run_for(std::chrono::seconds(1));
    return found;
  }

  std::vector<fleet::HistoryEntry> history(const Vin& vin) {
    std::vector<fleet::HistoryEntry> entries;
    fleet_store_.vehicle_history(vin, 100,
                                 [&](Result<std::vector<fleet::HistoryEntry>> found) { entries = *found; });
    time_.run_for(std::chrono::seconds(1));
    return entries;
  }

  std::vector<ports::ActivationMetric> metrics() {
    std::vector<ports::ActivationMetric> metrics;
    fleet_store_.metrics(10, [&](Result<std::vector<ports::ActivationMetric>> found) { metrics = *found; });
    time_.run_for(std::chrono::seconds(1));
    return metrics;
  }

  static std::uint64_t of(const fleet::RunSummary& summary, fleet::Oem oem, fleet::Outcome outcome) {
    return summary.by_oem[static_cast<std::size_t>(oem)].vehicles[static_cast<std::size_t>(outcome)];
  }

  ManualTime time_;
  CountingChat chat_{time_};
  store::memory::Disk disk_;
  store::memory::Store store_{disk_, time_, {.latency_min = Millis(2), .latency_max = Millis(2)}};
  ports::FleetStore& fleet_store_;
  FakeCloud kia_{time_, fleet::Oem::kia};
  FakeCloud bmw_{time_, fleet::Oem::bmw};
  FleetSettings settings_;
  std::vector<std::unique_ptr<FleetControl>> controls_;
};

}  // namespace contactor::engine::testing
