#include "engine/recent_map.h"

#include <gtest/gtest.h>

#include <string>

namespace contactor::engine {
namespace {

TEST(RecentMap, FindsWhatIsThereAfterEveryChange) {
  RecentMap<int, std::string> map;
  std::unordered_map<int, std::string> plain;
  const auto compare = [&] {
    for (int key = 0; key < 200; ++key) {
      const auto found = map.find(key);
      ASSERT_EQ(found != map.end(), plain.contains(key)) << key;
      if (found == map.end()) continue;
      EXPECT_EQ(found->second, plain.at(key));
    }
  };
  // Enough of them to move everything to other buckets several times, each right after the one before was
  // found.
  for (int key = 0; key < 200; ++key) {
    map[key] = plain[key] = std::to_string(key);
    EXPECT_EQ(map.find(key)->second, plain.at(key));
  }
  compare();
  for (int key = 0; key < 200; key += 3) {
    EXPECT_TRUE(map.contains(key));
    map.erase(key);
    plain.erase(key);
    EXPECT_FALSE(map.contains(key));
  }
  compare();
  for (int key = 1; key < 200; key += 30) {
    map.erase(map.find(key));
    plain.erase(key);
    EXPECT_TRUE(map.find(key) == map.end());
  }
  EXPECT_TRUE(map.contains(2));
  map.erase_if([](const auto& item) { return item.first % 2 == 0; });
  std::erase_if(plain, [](const auto& item) { return item.first % 2 == 0; });
  EXPECT_FALSE(map.contains(2));
  compare();
  EXPECT_EQ(map.size(), plain.size());
}

}  // namespace
}  // namespace contactor::engine
