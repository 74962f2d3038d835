#include "taken.h"

#include <gtest/gtest.h>

namespace contactor::upstream {
namespace {

using namespace std::chrono_literals;

/// Commands that the IoT API took, each counted once.
std::size_t arrivals(const Rig& rig) {
  return static_cast<std::size_t>(std::ranges::count(
      rig.world.logs().arrivals, world::ArrivalOutcome::accepted, &world::CommandArrival::outcome));
}

}  // namespace

void expect_taken_once(const Mishap& mishap, Taken taken) {
  Rig rig;
  rig.spoil_configure(mishap, 1);
  const ActivationId id = rig.order();
  rig.pass(4min);
  if (taken == Taken::unclear && !mishap.arrives) {
    EXPECT_EQ(rig.configures(), 1U)
        << "an unclear command is not sent again before its five minutes are over";
  }
  rig.pass(2h);
  const bool for_good = taken == Taken::refused_for_good;
  expect_ending(rig, id, for_good ? kNotDelivered : kDelivered);
  EXPECT_EQ(rig.feature_on(), !for_good);
  const bool once = for_good || (taken == Taken::unclear && mishap.arrives);
  EXPECT_EQ(rig.configures(), once ? 1U : 2U);
  EXPECT_EQ(arrivals(rig), for_good ? 0U : 1U) << "the cars' side saw one command, however many were sent";
  EXPECT_EQ(rig.money(world::MoneyEffectKind::voided), for_good ? 1U : 0U);
  if (taken == Taken::not_an_attempt) {
    EXPECT_EQ(rig.at(id).attempts, 1U);
  }
}

void expect_taken_for_ever(const Mishap& mishap, Taken taken) {
  Rig rig;
  rig.spoil_configure(mishap, 1'000'000);
  const ActivationId id = rig.order();
  rig.pass(26h);
  expect_ending(rig, id, kNotDelivered);
  EXPECT_EQ(rig.money(world::MoneyEffectKind::voided), 1U);
  EXPECT_FALSE(rig.feature_on());
  if (taken == Taken::refused_for_good) {
    EXPECT_EQ(rig.configures(), 1U);
  }
  if (taken == Taken::refused_for_now || taken == Taken::unclear) {
    EXPECT_EQ(rig.configures(), 6U);
  }
  if (taken == Taken::not_an_attempt) {
    EXPECT_LE(rig.at(id).attempts, 1U);
  }
}

}  // namespace contactor::upstream
