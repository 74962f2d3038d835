// Answers that are lost, a store that fails, a process that dies between sending and noting, and a secret
// that is replaced meanwhile: nothing is lost, and what is repeated was not on record as taken.
#include "base/prng.h"
#include "charging/models.h"
#include "charging/rules.h"
#include "engine/charging_delivery/delivery_fixture.h"

namespace contactor::engine::testing {
namespace {

using charging::DeliveryStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class DeliveryFaults : public Deliveries, public ::testing::WithParamInterface<int> {
 protected:
  DeliveryFaults() : dice_(static_cast<std::uint64_t>(GetParam())) {
    settings_.scan_every = seconds(5);
    store_params_ = {.latency_min = Millis(0),
                     .latency_max = Millis(30),
                     .seed = dice_.next(),
                     .fail_before = 0.05,
                     .fail_after = 0.05};
    http_.on_arrival = [this](const std::string&, const ports::HttpRequest& request) {
      for (const auto& [name, value] : request.headers) {
        if (name != "webhook-id") continue;
        const auto log =
            disk_.charging.find<charging::EventLog>({charging::IdOf<charging::EventLog>(value)}).value();
        EXPECT_FALSE(log.at(0).delivered_at.has_value()) << value << " is on record as delivered";
      }
    };
  }
  void make_unreliable(const std::string& name) {
    receiver(name).decide = [this](const auto&) {
      Receiver::Answer answer{.status = 200, .after = Millis(static_cast<std::int64_t>(dice_.below(500)))};
      if (faulty_ && dice_.chance(0.1)) answer.status = 0;
      if (faulty_ && dice_.chance(0.1)) answer.status = dice_.chance(0.5) ? 500 : 429;
      if (faulty_ && dice_.chance(0.03)) answer.after = minutes(1);
      return answer;
    };
  }
  void restart() {
    crash();
    store_params_.seed = dice_.next();
    if (!faulty_) store_params_.fail_before = store_params_.fail_after = 0;
    boot();
  }
  /// The client learns of its new secret an hour later; both are valid for it until then.
  void rotate(const std::string& name) {
    auto clients = desk();
    std::optional<Result<IssuedSecret>> issued;
    clients.rotate_secret(EndpointId("sub_" + name),
                          [&](Result<IssuedSecret> answer) { issued = std::move(answer); });
    time_.run_for(seconds(1));
    if (!issued || !*issued) return;  // The store failed; the secret may have changed all the same.
    const Secret secret = (*issued)->secret;
    time_.call_at(time_.now() + hours(1), [this, name, secret] { receiver(name).secrets = {secret}; });
  }

  Prng dice_;
  bool faulty_ = true;
};

TEST_P(DeliveryFaults, NothingIsLostAndOnlyWhatIsNotOnRecordIsRepeated) {
  for (const char* name : {"a", "b", "c"}) {
    subscribe(name, [name](charging::Subscription& made) { made.link.ordered_by_vehicle = *name == 'c'; });
    make_unreliable(name);
  }
  boot();
  for (int round = 0; round < 12; ++round) {
    charge(static_cast<int>(dice_.below(15)));
    time_.run_for(Millis(static_cast<std::int64_t>(dice_.below(120'000))));
    if (dice_.chance(0.4)) restart();
  }
  faulty_ = false;
  settings_.scan_every = minutes(1);
  restart();
  rotate("a");
  charge(5);
  time_.run_for(hours(26));
  charge(5);
  time_.run_for(hours(2));
  for (const char* name : {"a", "b", "c"}) {
    const auto all = logs(name);
    EXPECT_EQ(all.size(), static_cast<std::size_t>(events_));
    EXPECT_EQ(delivered(name), all.size()) << name;
    EXPECT_EQ(receiver(name).arrived.size(), all.size()) << name;
    EXPECT_EQ(receiver(name).forged, 0) << name;
    EXPECT_EQ(receiver(name).in_flight, 0U);
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, DeliveryFaults, ::testing::Range(1, 26));

}  // namespace
}  // namespace contactor::engine::testing
