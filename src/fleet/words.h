#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace contactor::fleet {

/// The words of a name as people compare them: lower case, without accents, cut at everything that is neither
/// letter nor digit. "Mégane E-Tech" is `megane`, `e`, `tech`.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);

}  // namespace contactor::fleet
