#include <algorithm>

#include "fleet/steps.h"
#include "fleet/utf8.h"

namespace contactor::fleet {

std::string kept_detail(std::string_view words) {
  std::string kept;
  while (!words.empty()) {
    const std::size_t size = character_bytes(words);
    if (kept.size() + std::max<std::size_t>(size, 1) > kDetailBytes) break;
    const auto first = static_cast<unsigned char>(words[0]);
    if (size == 0)
      kept += '?';
    else if (first < 0x20 || first == 0x7f)
      kept += ' ';
    else
      kept += words.substr(0, size);
    words.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return kept;
}

}  // namespace contactor::fleet
