#include "store/postgres/answer.h"

#include <charconv>

namespace contactor::store::postgres {

std::string_view Answer::first_of_last() const {
  const int last = count() - 1;
  return {PQgetvalue(raw_.get(), last, 0), static_cast<std::size_t>(PQgetlength(raw_.get(), last, 0))};
}

std::int64_t Answer::changed() const {
  const std::string_view text = PQcmdTuples(raw_.get());
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::int64_t Answer::read_number() {
  const auto bytes = read_blob();
  // Big endian of 1, 2, 4 or 8 bytes; the sign comes with the first one.
  std::int64_t value = !bytes.empty() && bytes.size() > 1 && bytes[0] >= 0x80 ? -1 : 0;
  for (const std::uint8_t byte : bytes)
    value = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << 8 | byte);
  return value;
}

std::optional<Instant> Answer::read_optional_moment() {
  if (!next_is_null()) return read_moment();
  skip(1);
  return std::nullopt;
}

std::string_view Answer::read_text() {
  const auto bytes = read_blob();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::uint8_t> Answer::read_blob() {
  const char* data = PQgetvalue(raw_.get(), row_, column_);
  const int size = PQgetlength(raw_.get(), row_, column_);
  ++column_;
  return {reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

}  // namespace contactor::store::postgres
