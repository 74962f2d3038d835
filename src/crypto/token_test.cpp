#include "crypto/token.h"

#include <gtest/gtest.h>

#include <array>

namespace contactor::crypto {
namespace {

std::string token_of(std::uint8_t fill) {
  std::array<std::uint8_t, 32> random{};
  random.fill(fill);
  return make_api_token(random);
}

TEST(ApiToken, HasOneFixedShape) {
  for (const int fill : {0, 1, 127, 255}) {
    const std::string token = token_of(static_cast<std::uint8_t>(fill));
    EXPECT_EQ(token.size(), 53U);
    EXPECT_TRUE(token.starts_with("ctr_"));
    EXPECT_TRUE(looks_like_api_token(token)) << token;
  }
}

TEST(ApiToken, CarriesEveryBitOfTheRandomBytes) {
  std::array<std::uint8_t, 32> random{};
  std::vector<std::string> tokens{make_api_token(random)};
  for (std::size_t bit = 0; bit < 256; ++bit) {
    random.fill(0);
    random[bit / 8] = static_cast<std::uint8_t>(1U << bit % 8);
    tokens.push_back(make_api_token(random));
  }
  std::ranges::sort(tokens);
  EXPECT_EQ(std::ranges::adjacent_find(tokens), tokens.end());
}

TEST(ApiToken, ATypingErrorIsSeen) {
  const std::string token = token_of(9);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string wrong = token;
    wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(looks_like_api_token(wrong)) << i;
  }
  EXPECT_FALSE(looks_like_api_token(""));
  EXPECT_FALSE(looks_like_api_token(token + "0"));
}

TEST(ApiToken, ItsHashIsNotTheBareHash) {
  EXPECT_EQ(hash_api_token(token_of(1)), hash_api_token(token_of(1)));
  EXPECT_NE(hash_api_token(token_of(1)), hash_api_token(token_of(2)));
  EXPECT_NE(hash_api_token(token_of(1)), blake2b_256(token_of(1)));
}

}  // namespace
}  // namespace contactor::crypto
