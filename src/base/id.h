#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace contactor {

/// A text that names one kind of thing. Built on purpose, never mixed up with another kind.
template <class Tag>
class TextId {
 public:
  TextId() = default;
  explicit TextId(std::string value) : value_(std::move(value)) {}
  [[nodiscard]] const std::string& str() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  friend auto operator<=>(const TextId&, const TextId&) = default;

 private:
  std::string value_;
};

/// A 63-bit number that names one kind of thing, ordered by creation: 42 bits of milliseconds since 1970,
/// 13 bits of sequence, 8 bits of shard. Its text is `<prefix>_` and 13 characters of Crockford base 32.
template <class Tag>
class SortableId {
 public:
  constexpr SortableId() = default;
  constexpr explicit SortableId(std::int64_t value) : value_(value) {}
  [[nodiscard]] constexpr std::int64_t value() const { return value_; }
  [[nodiscard]] constexpr std::uint8_t shard() const { return static_cast<std::uint8_t>(value_ & 0xff); }
  [[nodiscard]] constexpr bool empty() const { return value_ == 0; }
  friend constexpr auto operator<=>(SortableId, SortableId) = default;

 private:
  std::int64_t value_ = 0;
};

[[nodiscard]] std::string encode_base32(std::uint64_t value);
/// @return false where the text is not 13 characters of the alphabet, upper or lower case.
[[nodiscard]] bool decode_base32(std::string_view text, std::uint64_t& value);

template <class Tag>
[[nodiscard]] std::string to_string(SortableId<Tag> id) {
  return std::string(Tag::prefix) + "_" + encode_base32(static_cast<std::uint64_t>(id.value()));
}

/// Reads `<prefix>_<base32>`; an empty id where the text is anything else.
template <class Tag>
[[nodiscard]] SortableId<Tag> parse_id(std::string_view text) {
  constexpr std::string_view prefix = Tag::prefix;
  std::uint64_t value = 0;
  if (text.size() != prefix.size() + 14 || !text.starts_with(prefix) || text[prefix.size()] != '_' ||
      !decode_base32(text.substr(prefix.size() + 1), value) || value > INT64_MAX)
    return {};
  return SortableId<Tag>(static_cast<std::int64_t>(value));
}

struct ActivationTag { static constexpr std::string_view prefix = "act"; };
struct TicketTag { static constexpr std::string_view prefix = "tkt"; };
struct TokenTag { static constexpr std::string_view prefix = "tok"; };
using ActivationId = SortableId<ActivationTag>;
using TicketId = SortableId<TicketTag>;
using TokenId = SortableId<TokenTag>;

using OrderId = TextId<struct OrderTag>;
using CustomerId = TextId<struct CustomerTag>;
using ServiceId = TextId<struct ServiceTag>;

}  // namespace contactor

template <class Tag>
struct std::hash<contactor::TextId<Tag>> {
  std::size_t operator()(const contactor::TextId<Tag>& id) const { return std::hash<std::string>()(id.str()); }
};
template <class Tag>
struct std::hash<contactor::SortableId<Tag>> {
  std::size_t operator()(contactor::SortableId<Tag> id) const {
    // Consecutive ids differ in the high bits, bucket indices use the low ones.
    return static_cast<std::size_t>(static_cast<std::uint64_t>(id.value()) * 0x9e3779b97f4a7c15ULL >> 16);
  }
};
