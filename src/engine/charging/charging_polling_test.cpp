// A job polls a source that is late, repeats and skips pages and corrects itself, and dies anywhere; a second
// one may do the same beside it. What is on record must not notice. Each number is a seed: run one with
// --gtest_filter and CONTACTOR_POLLING_SEED.

#include <cstdlib>

#include "charging/identity.h"
#include "charging/rules.h"
#include "engine/charging/charging_fixture.h"

namespace contactor::engine {
namespace {

using namespace charging;
using charging::testing::kWh;
using testing::ChargingProcess;
using testing::ManualTime;

constexpr std::uint64_t kSeeds = 40;
constexpr Millis kLateMax = std::chrono::hours(48);
constexpr Millis kOverlap = std::chrono::hours(72);

/// One measurement and when it can be read; later ones of a moment are corrections.
struct Reported {
  ChargingStat stat;
  Instant available_at;
};

class Source {
 public:
  Source(std::uint64_t seed, Instant begin) : prng_(seed), is_orderly(prng_.chance(0.25)) {
    for (int vehicle = 0; vehicle < 3; ++vehicle) live(vehicle, begin);
    std::ranges::stable_sort(all_, {}, [](const Reported& it) { return it.stat.measured_at; });
  }

  Prng& prng() { return prng_; }
  [[nodiscard]] const std::vector<Reported>& all() const { return all_; }
  [[nodiscard]] Instant end() const { return all_.back().stat.measured_at + kLateMax; }

  /// What can be read now, from a moment on, as the source says it today.
  [[nodiscard]] std::vector<ChargingStat> readable(Instant from, Instant now) const {
    std::vector<ChargingStat> found;
    for (const Reported& it : all_) {
      if (it.stat.measured_at < from || it.available_at > now) continue;
      const bool corrects = !found.empty() && identity_of(found.back()) == identity_of(it.stat);
      if (corrects)
        found.back() = it.stat;
      else
        found.push_back(it.stat);
    }
    return found;
  }

 private:
  void live(int vehicle, Instant begin) {
    ChargingStat stat;
    stat.provider = "fleet-data";
    stat.device_id = "device-" + std::to_string(vehicle);
    stat.vin = *Vin::parse("WBA0000000000000" + std::to_string(vehicle));
    const bool has_register = vehicle != 2;
    std::int64_t counted = static_cast<std::int64_t>(prng_.below(1'000)) * kWh + 123'457;
    stat.measured_at = begin;
    for (int day = 0; day < 3; ++day) {
      for (std::uint64_t i = 0, idle = 2 + prng_.below(5); i < idle; ++i)
        tell(stat, false, has_register, counted);
      for (std::uint64_t i = 0, steps = 1 + prng_.below(7); i < steps; ++i) {
        tell(stat, true, has_register, counted);
        counted += static_cast<std::int64_t>(prng_.below(2'000'000'000));
      }
      for (std::uint64_t i = 0, idle = 1 + prng_.below(6); i < idle; ++i)
        tell(stat, false, has_register, counted);
      stat.measured_at = stat.measured_at + std::chrono::minutes(prng_.below(700));
    }
  }

  void tell(ChargingStat& stat, bool charging, bool has_register, std::int64_t counted) {
    stat.measured_at = stat.measured_at + std::chrono::seconds(120 + prng_.below(1'500));
    stat.charging = charging;
    stat.energy.reset();
    stat.voltage.reset();
    stat.current.reset();
    if (has_register) {
      stat.energy = MicroWattHours(counted);
    } else {
      stat.voltage = MilliVolts(230'000);
      stat.current = MilliAmps(charging ? static_cast<std::int64_t>(6'000 + prng_.below(26'000)) : 0);
    }
    const auto late = [&] {
      if (is_orderly_()) return Millis(0);
      return prng_.chance(0.3) ? Millis(static_cast<std::int64_t>(prng_.below(kLateMax.count()))) : Millis(0);
    };
    if (!is_orderly_() && prng_.chance(0.05)) {
      // Said wrongly at first.
      ChargingStat wrong = stat;
      wrong.charging = !charging;
      all_.push_back({wrong, wrong.measured_at});
    }
    all_.push_back({stat, stat.measured_at + late()});
  }
  [[nodiscard]] bool is_orderly_() const { return is_orderly; }

  Prng prng_;
  std::vector<Reported> all_;

 public:
  bool is_orderly;  ///< nothing is late, corrected or skipped
};

/// A job as any client of the API does it.
class Poller {
 public:
  Poller(ManualTime& time, store::memory::Disk& disk, Source& source, std::string job)
      : time_(time), disk_(disk), source_(source), job_(std::move(job)) {}

  void begin_run(bool is_clean) {
    if (!process_) start(is_clean);
    if (run_) return;
    run_ = std::make_shared<Run>();
    run_->is_clean = is_clean;
    run_->begun_at = time_.now();
    process_->control->store().mark_of(std::nullopt, job_,
                                       [this, run = run_](Result<std::optional<LastRunTime>> mark) {
                                         if (!mark) return end_run();
                                         Instant from;
                                         if (*mark && (*mark)->high_water_at)
                                           from = *(*mark)->high_water_at - kOverlap;
                                         run->stats = source_.readable(from, time_.now());
                                         next_page();
                                       });
  }
  /// The machine loses power.
  void crash() {
    run_.reset();
    process_.reset();
  }
  [[nodiscard]] bool is_running() const { return run_ != nullptr; }

 private:
  struct Run {
    bool is_clean = false;
    Instant begun_at;
    std::vector<ChargingStat> stats;
    std::size_t next = 0;
  };

  void start(bool is_clean) {
    Prng& prng = source_.prng();
    const double fails = is_clean || prng.chance(0.5) ? 0 : 0.05;
    process_.emplace(disk_, time_,
                     store::memory::StoreParams{.latency_min = Millis(1),
                                                .latency_max = Millis(40),
                                                .seed = prng.next(),
                                                .fail_before = fails,
                                                .fail_after = fails});
  }

  void next_page() {
    Prng& prng = source_.prng();
    const bool is_faulty = !run_->is_clean && !source_.is_orderly;
    if (is_faulty && prng.chance(0.1)) run_->next += 5;                                     // skips a page
    if (is_faulty && prng.chance(0.1)) run_->next -= std::min<std::size_t>(run_->next, 9);  // repeats one
    const std::size_t begin = std::min(run_->next, run_->stats.size());
    const std::size_t end = std::min(begin + 1 + prng.below(15), run_->stats.size());
    run_->next = end;
    ChargingDelivery page;
    page.stats.assign(run_->stats.begin() + static_cast<std::ptrdiff_t>(begin),
                      run_->stats.begin() + static_cast<std::ptrdiff_t>(end));
    const bool is_last = end == run_->stats.size();
    page.run = LastRunTime{.job_name = job_, .last_run_at = run_->begun_at};
    if (!page.stats.empty()) page.run->high_water_at = page.stats.back().measured_at;
    if (is_last) page.run->finished_at = time_.now();
    if (is_faulty && prng.chance(0.3)) charging::testing::shuffle(page.stats, prng);
    process_->control->take(std::move(page), [this, run = run_, is_last](const Result<TakenDelivery>& taken) {
      // Whatever went wrong, the next run reads again from the mark.
      if (!taken || is_last) return end_run();
      next_page();
    });
  }
  void end_run() { run_.reset(); }

  ManualTime& time_;
  store::memory::Disk& disk_;
  Source& source_;
  std::string job_;
  std::optional<ChargingProcess> process_;
  std::shared_ptr<Run> run_;
};

class Polling {
 public:
  explicit Polling(std::uint64_t seed) : source_(seed, time_.now()) {
    const std::size_t jobs = 1 + source_.prng().below(2);
    for (std::size_t i = 0; i < jobs; ++i)
      pollers_.push_back(std::make_unique<Poller>(time_, disk_, source_, "poll-" + std::to_string(i)));
  }

  void run() {
    Prng& prng = source_.prng();
    while (time_.now() < source_.end() + std::chrono::hours(1)) {
      for (auto& poller : pollers_) {
        if (prng.chance(0.5)) poller->begin_run(false);
        if (prng.chance(0.15)) {
          time_.run_for(Millis(static_cast<std::int64_t>(prng.below(400))));
          poller->crash();
        }
      }
      check_marks();
      time_.run_for(std::chrono::minutes(20 + prng.below(200)));
    }
    for (auto& poller : pollers_) {
      poller->crash();
      for (int tries = 0; tries < 2; ++tries) {
        poller->begin_run(true);
        while (poller->is_running()) time_.run_for(Millis(50));
      }
      check_marks();
    }
    time_.run_for(std::chrono::hours(3));
    ChargingProcess process{disk_, time_};
    process.control->start();
    time_.run_for(std::chrono::minutes(1));
    process.control->stop();
  }

  /// A mark never passes what is stored: of a source that keeps its order, everything before it is there.
  void check_marks() {
    ChargingProcess process{disk_, time_};
    std::set<IdOf<ChargingStat>> stored;
    Instant newest;
    for (const auto& stat : process.all<ChargingStat>()) {
      stored.insert(stat.id);
      newest = std::max(newest, stat.measured_at);
    }
    for (std::size_t i = 0; i < pollers_.size(); ++i) {
      const auto mark = process.mark("poll-" + std::to_string(i));
      if (!mark || !mark->high_water_at) continue;
      EXPECT_LE(*mark->high_water_at, newest);
      EXPECT_GE(*mark->high_water_at, marks_[i]) << "it went back";
      marks_[i] = *mark->high_water_at;
      if (!source_.is_orderly) continue;
      for (const Reported& it : source_.all())
        if (it.stat.measured_at <= *mark->high_water_at) {
          EXPECT_TRUE(stored.contains(identity_of(it.stat))) << "passed over";
        }
    }
  }

  void check_sums() {
    ChargingProcess process{disk_, time_};
    const auto stored = process.events();
    std::vector<ChargingEvent> expected;
    std::int64_t counted = 0;
    for (int vehicle = 0; vehicle < 3; ++vehicle) {
      std::vector<ChargingStat> truth;
      for (const auto& stat : source_.readable(Instant(), Instant::never()))
        if (stat.device_id == "device-" + std::to_string(vehicle)) truth.push_back(stat);
      for (const Session& session : charging::testing::sessions_of(truth)) expected.push_back(session.event);
      if (vehicle != 2) counted += truth.back().energy->count() - truth.front().energy->count();
    }
    std::ranges::sort(expected, {}, [](const auto& event) { return std::tie(event.started_at, event.id); });
    ASSERT_EQ(stored.size(), expected.size());
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < stored.size(); ++i) {
      ChargingEvent event = stored[i];
      if (event.device_id != "device-2") sum += computed_info(event).energy->count();
      event.provider_info = {};
      EXPECT_TRUE(same_content(event, expected[i])) << event.id.str();
      const auto versions = process.versions_of(event.id);
      ASSERT_EQ(static_cast<std::int64_t>(versions.size()), stored[i].version);
      for (std::size_t v = 1; v < versions.size(); ++v)
        EXPECT_EQ(versions[v].supersedes, versions[v - 1].version);
    }
    EXPECT_EQ(sum, counted) << "to the micro-watt-hour";
    const auto again = process.take_stats(source_.readable(Instant(), Instant::never()));
    EXPECT_TRUE(again.changed.empty()) << "nothing is new";
  }

 private:
  ManualTime time_;
  store::memory::Disk disk_;
  Source source_;
  std::vector<std::unique_ptr<Poller>> pollers_;
  std::map<std::size_t, Instant> marks_;
};

TEST(ChargingPolling, LateRepeatedSkippedAndCutOffPagesGiveTheSumsOfTheSource) {
  const char* const one = std::getenv("CONTACTOR_POLLING_SEED");
  const std::uint64_t first = one == nullptr ? 0 : std::strtoull(one, nullptr, 10);
  for (std::uint64_t seed = first; seed < (one == nullptr ? kSeeds : first + 1); ++seed) {
    SCOPED_TRACE(seed);
    Polling polling(seed);
    polling.run();
    polling.check_sums();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace contactor::engine
