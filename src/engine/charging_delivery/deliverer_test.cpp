#include "engine/charging_delivery/deliverer.h"

#include "charging/models.h"
#include "charging/rules.h"
#include "engine/charging_delivery/delivery_fixture.h"
#include "json/json.h"

namespace contactor::engine::testing {
namespace {

using charging::DeliveryStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

using DelivererTest = Deliveries;

TEST_F(DelivererTest, EachEventGoesToEachSubscriptionOnceAndSigned) {
  subscribe("a");
  subscribe("b");
  boot();
  charge(50);
  time_.run_for(seconds(30));
  for (const char* name : {"a", "b"}) {
    EXPECT_EQ(delivered(name), 50U);
    EXPECT_EQ(receiver(name).arrived.size(), 50U);
    EXPECT_EQ(receiver(name).in_order.size(), 50U) << "none twice";
    EXPECT_EQ(receiver(name).forged, 0);
  }
}

TEST_F(DelivererTest, AMessageIsTypeTimestampAndTheWholeEvent) {
  subscribe("a");
  boot();
  charge(1);
  time_.run_for(seconds(5));
  ASSERT_EQ(receiver("a").bodies.size(), 1U);
  const auto body = json::parse(receiver("a").bodies[0]);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->at("type"), "charging.event.created");
  EXPECT_TRUE(parse_rfc3339(body->at("timestamp").as_string()));
  EXPECT_EQ(body->at("data").at("provider_event_id"), "event-1");
  EXPECT_EQ(body->at("data").at("version"), 1);
}

TEST_F(DelivererTest, ARepeatHasTheSameIdAndTheSameBody) {
  subscribe("a");
  receiver("a").decide = [n = 0](const auto&) mutable {
    return Receiver::Answer{.status = ++n < 3 ? 500 : 200};
  };
  boot();
  charge(1);
  time_.run_for(minutes(10));
  const auto& got = receiver("a");
  ASSERT_EQ(got.in_order.size(), 3U);
  EXPECT_EQ(got.arrived.size(), 1U);
  EXPECT_EQ(got.bodies[0], got.bodies[2]);
  EXPECT_EQ(got.forged, 0) << "the timestamp is that of the attempt";
  EXPECT_GE(got.at[1] - got.at[0], seconds(5));
  EXPECT_GE(got.at[2] - got.at[1], minutes(5));
  const auto attempts = disk_.charging.attempts(logs("a")[0].id, 10).value();
  ASSERT_EQ(attempts.size(), 3U);
  EXPECT_EQ(attempts[0].outcome, "delivered");
  EXPECT_EQ(attempts[2].status_code, 500);
}

TEST_F(DelivererTest, ASlowAndADeadEndpointHoldUpNobody) {
  for (const char* name : {"dead", "good", "slow"}) subscribe(name);
  receiver("dead").decide = [](const auto&) { return Receiver::Answer{.status = 0}; };
  receiver("slow").decide = [](const auto&) { return Receiver::Answer{.status = 200, .after = seconds(19)}; };
  settings_.in_flight_max = 24;
  boot();
  charge(200);
  time_.run_for(seconds(15));
  EXPECT_EQ(delivered("good"), 200U);
  EXPECT_LE(receiver("slow").in_flight_most, settings_.window_max);
  EXPECT_LE(receiver("dead").in_order.size(), 10U) << "one at a time, and then it rests";
}

TEST_F(DelivererTest, ManyDeadEndpointsLeavePlacesForThoseThatWork) {
  subscribe("good");
  settings_.in_flight_max = 8;
  boot();
  charge(1);
  time_.run_for(seconds(5));
  for (int i = 0; i < 40; ++i) {
    const auto name = "dead" + std::to_string(i);
    subscribe(name);
    receiver(name).decide = [](const auto&) { return Receiver::Answer{.status = 200, .after = hours(1)}; };
  }
  charge(30);
  time_.run_for(seconds(19));
  EXPECT_EQ(delivered("good"), 31U) << "before the first of the others has run out of time";
}

TEST_F(DelivererTest, NoMoreAreInFlightThanTheBounds) {
  subscribe("a");
  std::size_t most = 0;
  http_.on_arrival = [&](const auto&, const auto&) {
    most = std::max<std::size_t>(most, deliverer_->counters().in_flight);
  };
  boot();
  charge(300);
  time_.run_for(minutes(1));
  EXPECT_EQ(delivered("a"), 300U);
  EXPECT_LE(receiver("a").in_flight_most, settings_.window_max);
  EXPECT_LE(deliverer_->counters().claimed, 2 * settings_.window_max);
}

TEST_F(DelivererTest, EventsOfOneVehicleGoOneAfterTheOtherWhereThatIsWanted) {
  subscribe("a", [](charging::Subscription& made) { made.link.ordered_by_vehicle = true; });
  std::map<std::string, int> last;
  receiver("a").decide = [n = 0](const auto&) mutable {
    return Receiver::Answer{.status = ++n % 7 == 0 ? 500 : 200};
  };
  boot();
  charge(60);
  time_.run_for(minutes(30));
  ASSERT_EQ(delivered("a"), 60U);
  std::map<std::string, std::vector<int>> by_vehicle;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < receiver("a").bodies.size(); ++i) {
    if (!seen.insert(receiver("a").in_order[i]).second) continue;
    const auto data = json::parse(receiver("a").bodies[i])->at("data");
    const std::string number(data.at("provider_event_id").as_string());
    by_vehicle[std::string(data.at("device_id").as_string())].push_back(std::stoi(number.substr(6)));
  }
  EXPECT_EQ(by_vehicle.size(), 10U);
  for (const auto& [vehicle, numbers] : by_vehicle) EXPECT_TRUE(std::ranges::is_sorted(numbers)) << vehicle;
}

TEST_F(DelivererTest, RetryAfterHoldsTheWholeEndpoint) {
  subscribe("a");
  receiver("a").decide = [n = 0](const auto&) mutable {
    return ++n == 1 ? Receiver::Answer{.status = 429, .retry_after = "600"} : Receiver::Answer();
  };
  boot();
  charge(20);
  time_.run_for(minutes(9));
  EXPECT_EQ(receiver("a").in_order.size(), 1U);
  time_.run_for(minutes(5));
  EXPECT_EQ(delivered("a"), 20U);
}

TEST_F(DelivererTest, ARedirectIsAFailureThatIsToldAsSuch) {
  subscribe("a");
  receiver("a").decide = [](const auto&) { return Receiver::Answer{.status = 302}; };
  boot();
  charge(1);
  time_.run_for(seconds(3));
  EXPECT_EQ(logs("a")[0].status, DeliveryStatus::retrying);
  EXPECT_NE(logs("a")[0].last_error->find("redirect"), std::string::npos);
}

TEST_F(DelivererTest, AnEndpointThatIsAwayForTwoWeeksLosesNothingAndGoesOnByItself) {
  settings_.scan_every = minutes(1);
  subscribe("a");
  bool away = true;
  receiver("a").decide = [&](const auto&) { return Receiver::Answer{.status = away ? 503 : 200}; };
  boot();
  for (int day = 0; day < 14; ++day) {
    charge(10);
    time_.run_for(hours(24));
  }
  EXPECT_EQ(told_.size(), 1U) << "people are told once";
  EXPECT_TRUE(link("a").paused_because.has_value());
  EXPECT_EQ(count("a", DeliveryStatus::paused), 140U);
  EXPECT_EQ(count("a", DeliveryStatus::dead), 0U);
  EXPECT_LT(receiver("a").in_order.size(), 400U) << "a closed door is not knocked at for each event";
  away = false;
  time_.run_for(hours(8));
  EXPECT_EQ(delivered("a"), 140U);
  EXPECT_FALSE(link("a").paused_because.has_value());
  EXPECT_FALSE(health("a").disabled_at.has_value());
}

TEST_F(DelivererTest, WhatOneEventIsRefusedForDiesAndTheOthersGo) {
  settings_.scan_every = minutes(1);
  subscribe("a");
  receiver("a").decide = [](const ports::HttpRequest& request) {
    return Receiver::Answer{.status = request.body.contains("event-3\"") ? 400 : 200};
  };
  boot();
  charge(5);
  for (int day = 0; day < 6; ++day) {
    time_.run_for(hours(24));
    charge(1);
  }
  time_.run_for(hours(24));
  EXPECT_EQ(delivered("a"), 10U);
  EXPECT_EQ(count("a", DeliveryStatus::dead), 1U);
}

TEST_F(DelivererTest, GoneIsLeftAloneUntilSomebodyResumesIt) {
  settings_.scan_every = minutes(1);
  subscribe("a");
  bool gone = true;
  receiver("a").decide = [&](const auto&) { return Receiver::Answer{.status = gone ? 410 : 200}; };
  boot();
  charge(3);
  time_.run_for(hours(24 * 10));
  EXPECT_EQ(count("a", DeliveryStatus::paused), 3U);
  EXPECT_EQ(receiver("a").in_order.size(), 1U);
  gone = false;
  auto clients = desk();
  std::optional<Status> resumed;
  clients.resume(EndpointId("sub_a"), [&](Status status) { resumed = std::move(status); });
  time_.run_for(minutes(3));
  ASSERT_TRUE(resumed && resumed->has_value());
  EXPECT_EQ(delivered("a"), 3U);
}

TEST_F(DelivererTest, APausedSubscriptionKeepsWhatComes) {
  subscribe("a");
  boot();
  auto clients = desk();
  clients.pause(EndpointId("sub_a"), [](const Status&) {});
  time_.run_for(seconds(2));
  charge(4);
  time_.run_for(hours(1));
  EXPECT_EQ(receiver("a").in_order.size(), 0U);
  clients.resume(EndpointId("sub_a"), [](const Status&) {});
  time_.run_for(seconds(20));
  EXPECT_EQ(delivered("a"), 4U);
}

TEST_F(DelivererTest, ReplaySendsWhatIsMissingOrEverything) {
  subscribe("a");
  boot();
  charge(30);
  time_.run_for(minutes(1));
  auto clients = desk();
  std::optional<std::size_t> replayed;
  const auto replay = [&](bool only_missing) {
    ports::DeliveryReplay what;
    what.client_service_id = EndpointId("sub_a");
    what.only_missing = only_missing;
    clients.replay(std::move(what), [&](Result<std::size_t> moved) { replayed = moved.value(); });
    time_.run_for(minutes(1));
  };
  replay(true);
  EXPECT_EQ(replayed, 0U);
  replay(false);
  EXPECT_EQ(replayed, 30U);
  EXPECT_EQ(receiver("a").arrived.size(), 30U) << "under the same ids";
  EXPECT_EQ(receiver("a").in_order.size(), 60U);
  EXPECT_EQ(delivered("a"), 30U);
}

TEST_F(DelivererTest, AnAddressThatMustNotBeSentToIsNot) {
  subscribe("a", [](charging::Subscription& made) { made.service.url = "https://127.0.0.1/in"; });
  subscribe("b", [](charging::Subscription& made) { made.client.allowed_hosts = "only.example.com"; });
  boot();
  charge(1);
  time_.run_for(seconds(3));
  EXPECT_TRUE(receiver("a").in_order.empty());
  EXPECT_TRUE(receiver("b").in_order.empty());
  EXPECT_NE(logs("a")[0].last_error->find("loopback"), std::string::npos);
  EXPECT_NE(logs("b")[0].last_error->find("allowed hosts"), std::string::npos);
}

TEST_F(DelivererTest, OneNodeOfTwoDeliversAndTheOtherTakesOver) {
  subscribe("a");
  store_ = std::make_unique<store::memory::Store>(disk_, time_, store_params_);
  auto first = make(&store_->fleet(), "alpha");
  auto second = make(&store_->fleet(), "beta");
  first->start();
  second->start();
  charge(10);
  time_.run_for(seconds(10));
  EXPECT_EQ(receiver("a").in_order.size(), 10U);
  EXPECT_NE(first->counters().delivers, second->counters().delivers);
  first.reset();
  charge(10);
  time_.run_for(minutes(2));
  EXPECT_EQ(delivered("a"), 20U);
  EXPECT_EQ(receiver("a").in_order.size(), 20U);
}

TEST_F(DelivererTest, AStopGivesBackWhatIsNotSent) {
  subscribe("a");
  receiver("a").decide = [](const auto&) { return Receiver::Answer{.status = 200, .after = seconds(1)}; };
  boot();
  charge(100);
  time_.run_for(seconds(4));
  bool stopped = false;
  deliverer_->stop([&] { stopped = true; });
  const auto sent = receiver("a").in_order.size();
  time_.run_for(seconds(3));
  EXPECT_TRUE(stopped);
  EXPECT_EQ(receiver("a").in_order.size(), sent);
  EXPECT_EQ(delivered("a"), sent);
  EXPECT_EQ(count("a", DeliveryStatus::delivering), 0U);
}

}  // namespace
}  // namespace contactor::engine::testing
