#include "store/sends.h"

#include <bit>
#include <cstring>

namespace contactor::store {

static_assert(std::endian::native == std::endian::little, "blobs of moments are little endian");

std::vector<std::uint8_t> sends_blob(const std::vector<Instant>& sends) {
  std::vector<std::uint8_t> blob(sends.size() * sizeof(std::int64_t));
  for (std::size_t i = 0; i < sends.size(); ++i) {
    const std::int64_t millis = sends[i].millis();
    std::memcpy(blob.data() + i * sizeof millis, &millis, sizeof millis);
  }
  return blob;
}

std::vector<Instant> read_sends(std::span<const std::uint8_t> blob) {
  std::vector<Instant> sends;
  for (std::size_t i = 0; i + sizeof(std::int64_t) <= blob.size(); i += sizeof(std::int64_t)) {
    std::int64_t millis = 0;
    std::memcpy(&millis, blob.data() + i, sizeof millis);
    sends.push_back(Instant::from_millis(millis));
  }
  return sends;
}

}  // namespace contactor::store
