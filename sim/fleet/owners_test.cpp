// Single Teslas: whenever a process ends, whatever write or answer is lost, and however many processes run,
// no owner is asked for a consent that we still have, and no refresh token is sent that Tesla no longer
// takes.

#include <gtest/gtest.h>

#include "base/log.h"
#include "base/prng.h"
#include "clock.h"
#include "engine/fleet/fleet_control.h"
#include "engine/fleet/owner_book.h"
#include "engine/fleet/owner_intake.h"
#include "gateways/tesla/individual/gateway.h"
#include "store/memory/store.h"
#include "world/fleet/tesla.h"
#include "world/world.h"

namespace contactor::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Millis kTravel{10};
const Instant kStart = Instant::from_millis(1'800'000'000'000);

struct Weather {
  double lost_answers = 0;
  double lost_writes = 0;  ///< refused, and as many of them committed without a word
};

/// The way of one process to the world: some answers are lost on it.
class Wire final : public ports::HttpTransport {
 public:
  Wire(Clock& clock, LifeRef life, world::World& world, Prng& dice, const Weather& weather)
      : clock_(clock), life_(std::move(life)), world_(world), dice_(dice), weather_(weather) {}

  void send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) override {
    // What has left a process arrives, whether it lives or not.
    clock_.plan(clock_.now() + kTravel, nullptr,
                [&clock = clock_, &world = world_, &dice = dice_, &weather = weather_, life = life_,
                 request = std::move(request), done = std::move(done)]() mutable {
                  const world::Reply reply = world.handle(request, clock.now());
                  const bool is_lost = dice.chance(weather.lost_answers);
                  clock.plan((is_lost ? request.respond_by : reply.at) + kTravel, life,
                             [is_lost, answer = reply.response, done = std::move(done)]() mutable {
                               if (!is_lost) return done(std::move(answer));
                               done(fail(ErrorKind::timed_out, "network", "no answer"));
                             });
                });
  }

 private:
  Clock& clock_;
  LifeRef life_;
  world::World& world_;
  Prng& dice_;
  const Weather& weather_;
};

/// The world, a disk, and processes that come and go.
class Owners : public ::testing::Test {
 protected:
  struct Process {
    Process(Owners& owners, std::string name)
        : life(std::make_shared<Life>()),
          time(owners.clock_, life, owners.true_time_),
          store(owners.disk_, time,
                {.latency_min = Millis(2),
                 .latency_max = Millis(6),
                 .seed = owners.dice_.next(),
                 .fail_before = owners.weather_.lost_writes,
                 .fail_after = owners.weather_.lost_writes}),
          wire(owners.clock_, life, owners.world_, owners.dice_, owners.weather_),
          book({.store = store.fleet(), .time = time, .vault = owners.vault_, .holder = name}),
          gateway(
              {.transport = wire,
               .timekeeper = time,
               .consents = book,
               .token_url = "https://sim.test/tesla-auth/oauth2/v3/token",
               .client_id = "contactor",
               .client_secret = Secret("fleet-secret"),
               .base_urls = {"https://sim.test/tesla", "https://sim.test/tesla", "https://sim.test/tesla"},
               .target = {.hostname = "telemetry.example.test", .port = 8443, .ca = "PEM"},
               .key = crypto::SchnorrKey::from_scalar(Secret(std::string(31, '\0') + "\x07")).value()}),
          control(
              {.parts = {.store = store.fleet(), .time = time, .clouds = {}, .settings = owners.settings_},
               .holder = name,
               .every = {},
               .single_teslas = {.parts = engine::FleetParts{.store = store.fleet(),
                                                             .time = time,
                                                             .clouds = {{fleet::Oem::tesla, &gateway}},
                                                             .settings = owners.settings_}}}) {}
    ~Process() { life->alive = false; }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    LifeRef life;
    ProcessTime time;
    store::memory::Store store;
    Wire wire;
    engine::OwnerBook book;
    gateways::tesla::individual::Gateway gateway;
    engine::FleetControl control;
  };

  Owners() {
    log::install([](log::Level, std::string_view, std::string_view) {}, log::Level::error);
  }

  std::unique_ptr<Process> start() {
    return std::make_unique<Process>(*this, fmt::format("process:{}", ++processes_));
  }
  void pass(Millis time) {
    const Instant until = clock_.now() + time;
    while (clock_.next() <= until) clock_.step();
    clock_.advance_to(until);
  }
  /// The owner consents, and the code is put on record.
  void consent() {
    const auto process = start();
    engine::put_owners(
        {.store = process->store.fleet(),
         .time = process->time,
         .vault = vault_,
         .fleet = "individual",
         .who = "test"},
        {{.vin = vin_, .code = Secret(accounts().consent(vin_)), .callback_url = "https://a.test/"}},
        [](const auto& put) { ASSERT_TRUE(put.has_value()); });
    pass(seconds(1));
  }
  void run_to_end(Process& process) {
    static_cast<void>(process.control.begin(engine::FleetRunView::Kind::single_teslas, {}));
    for (int i = 0; i < 20 && !process.control.is_idle(); ++i) pass(minutes(1));
  }
  /// With everything well again: looked at hourly, as the schedule does.
  void settle() {
    weather_ = {};
    for (int hour = 0; hour < 4; ++hour, pass(hours(1))) run_to_end(*start());
  }

  world::TeslaCloud& tesla() { return *dynamic_cast<world::TeslaCloud*>(world_.fleet().find("tesla")); }
  world::TeslaAccounts& accounts() { return tesla().accounts(); }
  [[nodiscard]] const fleet::Vehicle& vehicle() { return *disk_.fleet.find(vin_); }
  [[nodiscard]] bool has_code() const { return !disk_.fleet.tesla_owners.at(vin_).sealed_code.empty(); }
  void expect_well() {
    EXPECT_EQ(vehicle().status, true) << vehicle().cloud.reason << ' ' << vehicle().cloud.detail;
    EXPECT_TRUE(tesla().is_active(vin_, clock_.now()));
    EXPECT_EQ(accounts().stale_refreshes(), 0U);
  }
  /// An active vehicle whose access token is over.
  void be_active_with_an_old_token() {
    consent();
    run_to_end(*start());
    pass(minutes(2));
    run_to_end(*start());
    pass(hours(30));
    ASSERT_TRUE(tesla().is_active(vin_, clock_.now()));
  }

  const Vin vin_ = Vin::parse("5YJ3E7EB0NF000001").value();
  Weather weather_;
  Clock clock_{kStart};
  Millis true_time_{0};
  Prng dice_{1};
  world::World world_{world::calm(), 1};
  store::memory::Disk disk_;
  engine::FleetSettings settings_;
  engine::Vault vault_{*crypto::SealKey::from_bytes(std::string(32, 'k'))};
  int processes_ = 0;
};

/// One world for each moment at which the process may end.
class OwnersCrash : public Owners, public ::testing::WithParamInterface<int> {};

TEST_P(OwnersCrash, AroundTheFirstLoginOnlyTheCodeItselfCanBeLost) {
  consent();
  auto process = start();
  static_cast<void>(process->control.begin(engine::FleetRunView::Kind::single_teslas, {}));
  pass(Millis(GetParam()));
  process.reset();
  pass(minutes(5));
  const bool is_lost = !accounts().is_open(vin_) && has_code();
  settle();
  if (!is_lost) return expect_well();
  EXPECT_TRUE(vehicle().blocked);
  EXPECT_EQ(vehicle().cloud.reason, "consent_missing");
  EXPECT_EQ(accounts().stale_codes(), 1U) << "sent once more, and then no more";
  consent();
  settle();
  expect_well();
}

TEST_P(OwnersCrash, AroundARefreshNothingIsLost) {
  be_active_with_an_old_token();
  for (int crash = 0; crash < 3; ++crash) {
    auto process = start();
    static_cast<void>(process->control.begin(engine::FleetRunView::Kind::single_teslas, {}));
    pass(Millis(GetParam()));
    process.reset();
    pass(minutes(3));
  }
  settle();
  expect_well();
}

TEST_P(OwnersCrash, TwoProcessesThatLogInAtTheSameTimeDoItOnce) {
  be_active_with_an_old_token();
  const auto one = start();
  const auto two = start();
  int answers = 0;
  const auto look = [&](Process& process) {
    process.gateway.observe({{.vin = vin_, .make = "tesla", .fleet = {}, .handle = {}, .key = {}}},
                            [&](const ports::CloudAnswers& seen) {
                              answers += 1;
                              EXPECT_TRUE(seen[0] || seen[0].error().kind == ErrorKind::conflict);
                            });
  };
  const std::size_t before = accounts().refreshes();
  look(*one);
  pass(Millis(GetParam()));
  look(*two);
  pass(minutes(1));
  EXPECT_EQ(answers, 2);
  EXPECT_EQ(accounts().refreshes(), before + 1);
  settle();
  expect_well();
}

// A run over one vehicle, its login included, takes less than this.
INSTANTIATE_TEST_SUITE_P(Sim, OwnersCrash, ::testing::Range(0, 500, 4));

/// Two processes over two days of bad weather.
class OwnersStorm : public Owners, public ::testing::WithParamInterface<std::uint64_t> {};

TEST_P(OwnersStorm, LosesNoConsent) {
  be_active_with_an_old_token();
  dice_ = Prng(GetParam());
  weather_ = {.lost_answers = 0.1, .lost_writes = 0.05};
  std::array<std::unique_ptr<Process>, 2> processes;
  for (int turn = 0; turn < 400; ++turn) {
    auto& process = processes[dice_.below(2)];
    if (!process || dice_.chance(0.2)) process = start();
    static_cast<void>(process->control.begin(engine::FleetRunView::Kind::single_teslas, {}));
    if (dice_.chance(0.3))
      process->gateway.observe({{.vin = vin_, .make = "tesla", .fleet = {}, .handle = {}, .key = {}}},
                               [](const ports::CloudAnswers&) {});
    pass(dice_.chance(0.5) ? Millis(static_cast<std::int64_t>(dice_.below(300)))
                           : minutes(static_cast<int>(dice_.below(30))));
  }
  processes = {};
  pass(minutes(5));
  settle();
  pass(hours(30));
  settle();
  EXPECT_GT(accounts().refreshes(), 10U) << "the storm was none";
  expect_well();
}

INSTANTIATE_TEST_SUITE_P(Sim, OwnersStorm, ::testing::Range<std::uint64_t>(1, 17));

}  // namespace
}  // namespace contactor::sim
