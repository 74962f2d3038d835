// Bytes as text, API tokens, and what was sealed.

#include "crypto/encoding.h"
#include "crypto/seal.h"
#include "crypto/token.h"
#include "fuzz/input.h"

namespace contactor::crypto {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// One text for each value: two spellings of one secret or cursor would be two.
void check_readers(std::string_view text) {
  if (const auto bytes = from_base64(text)) CTR_ASSERT(to_base64(*bytes) == text);
  if (const auto bytes = from_base64url(text)) CTR_ASSERT(to_base64url(*bytes) == text);
  if (const auto bytes = from_hex(text)) CTR_ASSERT(to_hex(*bytes) == lower(text));
}

void check_writers(std::string_view bytes) {
  CTR_ASSERT(from_base64(to_base64(bytes)) == bytes);
  CTR_ASSERT(from_base64url(to_base64url(bytes)) == bytes);
  CTR_ASSERT(from_hex(to_hex(bytes)) == bytes);
}

void check_token(std::string_view text) {
  if (looks_like_api_token(text)) CTR_ASSERT(text.size() == 53 && fuzz::is_one_line(text));
}

void check_sealed(std::string_view bytes) {
  static const auto key = *SealKey::from_bytes("0123456789abcdef0123456789abcdef");
  CTR_ASSERT(!open_sealed(key, bytes, "table.row"));
  CTR_ASSERT(*open_sealed(key, seal(key, bytes, "table.row"), "table.row") == bytes);
  CTR_ASSERT(!open_sealed(key, seal(key, bytes, "table.row"), "table.other"));
}

}  // namespace
}  // namespace contactor::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = contactor::fuzz::Input(data, size).rest();
  contactor::crypto::check_readers(text);
  contactor::crypto::check_writers(text);
  contactor::crypto::check_token(text);
  contactor::crypto::check_sealed(text);
  return 0;
}
