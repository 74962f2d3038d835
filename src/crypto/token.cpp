#include "crypto/token.h"

#include <algorithm>
#include <vector>

#include "base/result.h"

namespace contactor::crypto {
namespace {

constexpr std::string_view kPrefix = "ctr_";
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kSecretSize = 43;  // ceil(256 / log2(62))
constexpr std::size_t kChecksumSize = 6;

/// The number that the bytes spell, in base 62 with leading zeros: long division by 62, digit by digit.
std::string base62(std::span<const std::uint8_t> bytes, std::size_t digits) {
  std::vector<std::uint8_t> number(bytes.begin(), bytes.end());
  std::string text(digits, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit) {
    unsigned remainder = 0;
    for (auto& byte : number) {
      const unsigned value = remainder << 8 | byte;
      byte = static_cast<std::uint8_t>(value / kAlphabet.size());
      remainder = static_cast<unsigned>(value % kAlphabet.size());
    }
    *digit = kAlphabet[remainder];
  }
  return text;
}

std::string checksum_of(std::string_view text) {
  const Digest digest = blake2b_256(text);
  // Four bytes stay below 62^6, so no checksum is cut off.
  return base62(std::span(digest).first(4), kChecksumSize);
}

}  // namespace

std::string make_api_token(std::span<const std::uint8_t> random) {
  CTR_ASSERT(random.size() == 32);
  std::string text(kPrefix);
  text += base62(random, kSecretSize);
  return text + checksum_of(text);
}

bool looks_like_api_token(std::string_view text) {
  if (text.size() != kPrefix.size() + kSecretSize + kChecksumSize || !text.starts_with(kPrefix)) return false;
  const std::string_view body = text.substr(0, text.size() - kChecksumSize);
  const auto known = [](char c) { return kAlphabet.find(c) != std::string_view::npos; };
  return std::ranges::all_of(body.substr(kPrefix.size()), known) &&
         text.substr(body.size()) == checksum_of(body);
}

Digest hash_api_token(std::string_view text) {
  // The domain keeps this hash apart from every other use of BLAKE2b in the store.
  return Blake2b256().update("contactor.api_token.v1\n").update(text).finish();
}

}  // namespace contactor::crypto
