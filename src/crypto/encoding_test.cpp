#include "crypto/encoding.h"

#include <gtest/gtest.h>

#include "base/prng.h"

namespace contactor::crypto {
namespace {

using namespace std::string_literals;

TEST(Encoding, MatchesRfc4648) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64url("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(to_base64url("f"), "Zg");
  EXPECT_EQ(to_hex("\x00\xff\x10"s), "00ff10");
}

TEST(Encoding, ReadsBackWhatItWrote) {
  Prng prng(7);
  for (std::size_t size = 0; size < 70; ++size) {
    std::string bytes;
    while (bytes.size() < size) bytes += static_cast<char>(prng.below(256));
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
  }
}

TEST(Encoding, RefusesSecondSpellings) {
  for (const char* text :
       {"Zg", "Zg=", "Zg===", "Zh==", "Z", "Zg==\n", " Zg==", "Zg= =", "-__-", "Zm9v!", "====", "Zm9=v"})
    EXPECT_FALSE(from_base64(text)) << text;
  for (const char* text : {"Zg==", "Zh", "Z", "+//+", "Zg Zg"}) EXPECT_FALSE(from_base64url(text)) << text;
  for (const char* text : {"0", "0g", "00 ", "0x00"}) EXPECT_FALSE(from_hex(text)) << text;
  EXPECT_EQ(from_hex("aAFf"), "\xaa\xff");
}

TEST(Encoding, BytesBeyondAsciiAreNoDigits) {
  for (int byte = 0x80; byte < 0x100; ++byte) {
    const std::string text = static_cast<char>(byte) + "AAA"s;
    EXPECT_FALSE(from_base64(text)) << byte;
    EXPECT_FALSE(from_base64url(text)) << byte;
    EXPECT_FALSE(from_hex(text)) << byte;
  }
}

}  // namespace
}  // namespace contactor::crypto
