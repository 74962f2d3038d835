#include "vin/vin.h"

#include <gtest/gtest.h>

namespace contactor {
namespace {

TEST(Vin, IsCanonicalAfterParsing) {
  EXPECT_EQ(Vin::parse(" wvwzzz1jzxw000001\r")->str(), "WVWZZZ1JZXW000001");
  EXPECT_EQ(Vin::parse("WVWZZZ1JZXW000001")->masked(), "WVW**********0001");
}

TEST(Vin, RefusesWrongLengthAndCharacters) {
  for (const char* text : {"", "WVWZZZ1JZXW00001", "WVWZZZ1JZXW0000011", "WVWZZZ1JZXW00000O", "WVWZZZ1JZXI000001",
                           "WVWZZZ1JZXQ000001", "WVWZZZ1JZX-000001", "WVWZZZ1JZX\xc3\x84" "00001"})
    EXPECT_FALSE(Vin::parse(text)) << text;
}

TEST(Vin, ShardIsStableForEver) {
  EXPECT_EQ(Vin::parse("WVWZZZ1JZXW000001")->shard(), Vin::parse("wvwzzz1jzxw000001")->shard());
  EXPECT_EQ(Vin::parse("WVWZZZ1JZXW000001")->shard(), 120);
}

}  // namespace
}  // namespace contactor
