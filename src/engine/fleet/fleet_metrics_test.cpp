#include "engine/fleet/fleet_fixture.h"

namespace contactor::engine::testing {
namespace {

TEST_F(FleetRuns, MetricsAreWrittenOnceADayAndCloud) {
  wish(kKia, 3);
  run();
  run();
  ASSERT_EQ(metrics().size(), 1U);
  EXPECT_EQ(metrics()[0].oem, "kia");
  EXPECT_EQ(metrics()[0].activated, 3U);
}

TEST_F(FleetRuns, TheMetricsOfADayAreThoseOfItsLastRun) {
  wish(kKia, 3);
  run();
  wish(kKia, 5);
  run();
  ASSERT_EQ(metrics().size(), 1U);
  EXPECT_EQ(metrics()[0].activated, 5U);
  time_.run_for(std::chrono::days(1));
  run();
  ASSERT_EQ(metrics().size(), 2U) << "a day more, a row more";
  EXPECT_EQ(metrics()[1].activated, 5U);
}

TEST_F(FleetRuns, MetricsAreWrittenThoughACloudFailsAndSayThatTheyArePartial) {
  wish(kKia, 3);
  wish(kBmw, 2);
  run();
  ASSERT_EQ(metrics().size(), 2U);
  EXPECT_FALSE(metrics()[0].partial);
  bmw_.fails = Error{.kind = ErrorKind::unavailable, .retry_after = {}, .origin = "cloud", .detail = "down"};
  wish(kKia, 4);
  wish(kBmw, 3);
  run();
  std::map<std::string, ports::ActivationMetric> by_oem;
  for (const auto& metric : metrics()) by_oem[metric.oem] = metric;
  ASSERT_EQ(by_oem.size(), 2U);
  EXPECT_EQ(by_oem["kia"].activated, 4U);
  EXPECT_EQ(by_oem["bmw"].activated, 2U) << "what it had before";
  EXPECT_TRUE(by_oem["kia"].partial);
}

TEST_F(FleetRuns, VehiclesWithoutModelAndThoseWithoutCloudStandInTheMetrics) {
  wish(kKia, 2);
  wish("ZAR", 1);
  run();
  std::map<std::string, std::uint64_t> activated;
  for (const auto& metric : metrics()) activated[metric.oem] = metric.activated;
  EXPECT_EQ(activated, (std::map<std::string, std::uint64_t>{{"kia", 2}, {"unmapped", 0}}));
  EXPECT_FALSE(vehicle(vin_of(kKia, 0)).model_id) << "nobody knows its model";
}

}  // namespace
}  // namespace contactor::engine::testing
