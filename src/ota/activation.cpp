#include "ota/activation.h"

#include <charconv>

namespace contactor::ota {
namespace {

constexpr std::string_view kPrefix = "cmd_";
constexpr std::size_t kIdDigits = 13;
constexpr std::size_t kOrdinalDigitsMax = 9;

/// One text per number: no sign, no leading zero, no ordinal 0.
std::optional<std::uint32_t> parse_ordinal(std::string_view text) {
  if (text.empty() || text.size() > kOrdinalDigitsMax || text.front() == '0') return std::nullopt;
  std::uint32_t ordinal = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ordinal);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return ordinal;
}

/// One text per id: the decoder forgives lower case and look-alikes, a command id must not.
std::optional<ActivationId> parse_exact_id(std::string_view text) {
  std::uint64_t value = 0;
  if (!decode_base32(text, value) || value == 0 || value > INT64_MAX || encode_base32(value) != text)
    return std::nullopt;
  return ActivationId(static_cast<std::int64_t>(value));
}

}  // namespace

std::string command_id(ActivationId id, std::uint32_t ordinal) {
  return std::string(kPrefix) + encode_base32(static_cast<std::uint64_t>(id.value())) + "_" +
         std::to_string(ordinal);
}

std::optional<CommandRef> parse_command_id(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  if (text.size() < kIdDigits + 2 || text[kIdDigits] != '_') return std::nullopt;
  const auto id = parse_exact_id(text.substr(0, kIdDigits));
  const auto ordinal = parse_ordinal(text.substr(kIdDigits + 1));
  if (!id || !ordinal) return std::nullopt;
  return CommandRef{*id, *ordinal};
}

}  // namespace contactor::ota
