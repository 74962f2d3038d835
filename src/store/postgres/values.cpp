#include "store/postgres/values.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace contactor::store::postgres {
namespace {

constexpr std::size_t kHeader = 20;  // dimensions, has null, element type, length, lower bound

template <class T>
T big_endian(T value) {
  return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}

void append4(std::string& bytes, std::uint32_t value) {
  const auto wire = big_endian(value);
  bytes.append(reinterpret_cast<const char*>(&wire), sizeof wire);
}

void append8(std::string& bytes, std::uint64_t value) {
  const auto wire = big_endian(value);
  bytes.append(reinterpret_cast<const char*>(&wire), sizeof wire);
}

void append_number(std::string& bytes, Type type, std::int64_t value) {
  switch (type) {
    case Type::boolean:
      bytes.push_back(static_cast<char>(value != 0));
      break;
    case Type::int4:
      append4(bytes, static_cast<std::uint32_t>(value));
      break;
    case Type::int8:
    case Type::bytea:
    case Type::text:
      append8(bytes, static_cast<std::uint64_t>(value));
      break;
  }
}

std::uint32_t width_of(Type type) { return type == Type::boolean ? 1 : type == Type::int4 ? 4 : 8; }

}  // namespace

Array::Array(Type element) : element_(element) { clear(); }

void Array::clear() {
  bytes_.assign(kHeader, '\0');
  count_ = 0;
  has_null_ = false;
}

void Array::add_number(std::int64_t value) {
  append4(bytes_, width_of(element_));
  append_number(bytes_, element_, value);
  ++count_;
}

void Array::add_text(std::string_view value) {
  append4(bytes_, static_cast<std::uint32_t>(value.size()));
  bytes_.append(value);
  ++count_;
}

void Array::add_null() {
  append4(bytes_, UINT32_MAX);
  has_null_ = true;
  ++count_;
}

std::string_view Array::bytes() {
  // An empty array has no dimension at all.
  const std::array<std::uint32_t, 5> header{count_ == 0 ? 0U : 1U, has_null_ ? 1U : 0U,
                                            static_cast<std::uint32_t>(element_),
                                            static_cast<std::uint32_t>(count_), 1U};
  for (std::size_t i = 0; i < header.size(); ++i) {
    const auto wire = big_endian(header[i]);
    std::memcpy(bytes_.data() + i * sizeof wire, &wire, sizeof wire);
  }
  return count_ == 0 ? std::string_view(bytes_).substr(0, 12) : std::string_view(bytes_);
}

Values& Values::number(Type type, std::int64_t value) {
  append_number(entries_.emplace_back().own, type, value);
  return *this;
}

Values& Values::text(std::string_view value) {
  entries_.emplace_back().own = value;
  return *this;
}

Values& Values::blob(std::span<const std::uint8_t> value) {
  entries_.emplace_back().own.assign(value.begin(), value.end());
  return *this;
}

Values& Values::null() {
  entries_.emplace_back().is_null = true;
  return *this;
}

Values& Values::array(Array& array) {
  auto& entry = entries_.emplace_back();
  entry.borrowed = array.bytes();
  entry.is_borrowed = true;
  return *this;
}

void Values::collect(std::vector<const char*>& data, std::vector<int>& lengths) const {
  for (const auto& entry : entries_) {
    const std::string_view bytes = entry.is_borrowed ? entry.borrowed : entry.own;
    data.push_back(entry.is_null ? nullptr : bytes.data());
    lengths.push_back(static_cast<int>(bytes.size()));
  }
}

Array int8_array(std::span<const std::int64_t> values) {
  Array array(Type::int8);
  for (const auto value : values) array.add_number(value);
  return array;
}

Array int4_array(std::span<const std::int32_t> values) {
  Array array(Type::int4);
  for (const auto value : values) array.add_number(value);
  return array;
}

}  // namespace contactor::store::postgres
