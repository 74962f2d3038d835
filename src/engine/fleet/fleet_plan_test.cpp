#include "engine/fleet/fleet_fixture.h"

namespace contactor::engine::testing {
namespace {

using fleet::Outcome;
using fleet::Standing;
using Kind = FleetRunView::Kind;

class FleetPlans : public FleetRuns {
 protected:
  fleet::Plan make_plan() {
    controls_.push_back(control());
    const auto id = controls_.back()->begin(Kind::plan, {});
    return *run_to_end(*controls_.back(), *id).plan;
  }
  const FleetRunView& apply(fleet::Plan plan, std::optional<fleet::DeactivationLimit> limit = {}) {
    controls_.push_back(control());
    const auto id = controls_.back()->begin_apply(std::move(plan), limit);
    return run_to_end(*controls_.back(), *id);
  }
};

TEST_F(FleetPlans, APlanSaysWhatWouldBeDoneAndDoesNothing) {
  wish(kKia, 3);
  const auto plan = make_plan();
  ASSERT_EQ(plan.items.size(), 3U);
  EXPECT_EQ(plan.items[0].action, fleet::Action::activate);
  EXPECT_EQ(plan.items[0].observed, Standing::inactive);
  EXPECT_TRUE(kia_.changes.empty());
}

TEST_F(FleetPlans, APlanIsAppliedOnce) {
  wish(kKia, 3);
  const auto plan = make_plan();
  const auto& first = apply(plan);
  ASSERT_TRUE(first.summary.has_value()) << first.error->detail;
  EXPECT_EQ(of(*first.summary, fleet::Oem::kia, Outcome::activated), 3U);
  const auto& second = apply(plan);
  ASSERT_TRUE(second.error.has_value());
  EXPECT_EQ(second.error->kind, ErrorKind::conflict);
  EXPECT_THAT(second.error->detail, ::testing::HasSubstr("applied before"));
}

TEST_F(FleetPlans, APlanOlderThanAnHourIsRefused) {
  wish(kKia, 3);
  const auto plan = make_plan();
  time_.run_for(std::chrono::minutes(61));
  const auto& view = apply(plan);
  ASSERT_TRUE(view.error.has_value());
  EXPECT_EQ(view.error->kind, ErrorKind::conflict);
  EXPECT_TRUE(kia_.changes.empty());
}

TEST_F(FleetPlans, WhatHasMovedIsNamedAndNothingIsDone) {
  wish(kKia, 3);
  const auto plan = make_plan();
  kia_.is_on[vin_of(kKia, 1)] = true;
  const auto& view = apply(plan);
  ASSERT_TRUE(view.error.has_value());
  EXPECT_THAT(view.error->detail, ::testing::HasSubstr(vin_of(kKia, 1).str()));
  EXPECT_THAT(view.error->detail, ::testing::Not(::testing::HasSubstr(vin_of(kKia, 0).str())));
  EXPECT_TRUE(kia_.changes.empty());
}

TEST_F(FleetPlans, AWishThatChangedHasMovedToo) {
  wish(kKia, 3);
  const auto plan = make_plan();
  wish(kKia, 1, false);
  EXPECT_TRUE(apply(plan).error.has_value());
}

TEST_F(FleetPlans, MoreDeactivationsThanAllowedAreRefused) {
  wish(kKia, 10);
  run();
  wish(kKia, 4, false);
  const auto plan = make_plan();
  const auto& refused = apply(plan, fleet::DeactivationLimit{.count = 3});
  ASSERT_TRUE(refused.error.has_value());
  EXPECT_EQ(refused.error->kind, ErrorKind::invalid);
  const auto& allowed = apply(plan, fleet::DeactivationLimit{.count = 40, .is_percent = true});
  ASSERT_TRUE(allowed.summary.has_value()) << allowed.error->detail;
  EXPECT_EQ(of(*allowed.summary, fleet::Oem::kia, Outcome::deactivated), 4U);
}

}  // namespace
}  // namespace contactor::engine::testing
