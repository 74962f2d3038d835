#include "vin/vin.h"

#include <fmt/format.h>

namespace contactor {

Result<Vin> Vin::parse(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  if (text.size() != 17)
    return fail(ErrorKind::invalid, "vin", fmt::format("a VIN has 17 characters, this has {}", text.size()));
  Vin vin;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'a' && text[i] <= 'z' ? static_cast<char>(text[i] - 'a' + 'A') : text[i];
    const bool allowed = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z' && c != 'I' && c != 'O' && c != 'Q');
    if (!allowed)
      return fail(ErrorKind::invalid, "vin",
                  fmt::format("character {} of a VIN must be a digit or a letter other than I, O, Q", i + 1));
    vin.text_[i] = c;
  }
  return vin;
}

std::string Vin::masked() const { return fmt::format("{}**********{}", str().substr(0, 3), str().substr(13)); }

std::uint8_t Vin::shard() const {
  // FNV-1a, written out because the value is stored: it must never change with a library.
  std::uint32_t hash = 2166136261U;
  for (const char c : text_) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return static_cast<std::uint8_t>(hash ^ (hash >> 8) ^ (hash >> 16) ^ (hash >> 24));
}

}  // namespace contactor
