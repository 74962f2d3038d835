#include "fleet/vehicle.h"

#include <gtest/gtest.h>

#include "fleet/testing.h"

namespace contactor::fleet {
namespace {

// RULINGS T39: scripts of users compare these words.
TEST(Vehicle, MessagesKeepTheOriginalsWords) {
  EXPECT_EQ(to_string(Message::activation_requested), "ACTIVATION REQUESTED");
  EXPECT_EQ(to_string(Message::activation_pending), "ACTIVATION PENDING");
  EXPECT_EQ(to_string(Message::activated), "ACTIVATED");
  EXPECT_EQ(to_string(Message::activation_failed), "ACTIVATION FAILED");
  EXPECT_EQ(to_string(Message::deactivation_requested), "DEACTIVATION REQUESTED");
  EXPECT_EQ(to_string(Message::deactivation_pending), "DEACTIVATION PENDING");
  EXPECT_EQ(to_string(Message::deactivated), "DEACTIVATED");
  EXPECT_EQ(to_string(Message::deactivation_failed), "DEACTIVATION FAILED");
}

TEST(Vehicle, EveryWordIsReadBack) {
  for (int i = 0; i <= static_cast<int>(Standing::refused); ++i)
    EXPECT_EQ(parse_standing(to_string(static_cast<Standing>(i))), static_cast<Standing>(i));
  for (int i = 0; i <= static_cast<int>(Message::deactivation_failed); ++i)
    EXPECT_EQ(parse_message(to_string(static_cast<Message>(i))), static_cast<Message>(i));
  for (int i = 0; i <= static_cast<int>(Intent::deactivate); ++i)
    EXPECT_EQ(parse_intent(to_string(static_cast<Intent>(i))), static_cast<Intent>(i));
  EXPECT_EQ(parse_standing("sleeping"), std::nullopt);
  EXPECT_EQ(parse_message("INSTANT READOUT REQUESTED"), std::nullopt);
}

TEST(Vehicle, EveryRepeatOfAnIntentHasItsKeyAndTheNextOneAnother) {
  Vehicle vehicle = testing::a_vehicle(Standing::inactive);
  vehicle.intent = Intent::activate;
  vehicle.intents = 7;
  const std::string key = intent_key(vehicle);
  vehicle.version += 3;
  vehicle.failures = 2;
  EXPECT_EQ(intent_key(vehicle), key);
  vehicle.intents = 8;
  EXPECT_NE(intent_key(vehicle), key);
}

}  // namespace
}  // namespace contactor::fleet
