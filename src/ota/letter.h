#pragma once

#include <string>
#include <vector>

namespace contactor::ota {

/// A paragraph of a letter. Line breaks in `text` are ours; foreign words in it were made one line before.
struct LetterBlock {
  std::string text;
  std::vector<std::string> items = {};
  std::string link = {};
};

/// A mail before it is written down. Both forms are made from it, so both say the same.
struct Letter {
  std::string subject;
  std::vector<LetterBlock> blocks;
};

[[nodiscard]] std::string to_text(const Letter& letter);
/// A whole page without pictures, scripts or anything to load; every foreign word escaped.
[[nodiscard]] std::string to_html(const Letter& letter);

}  // namespace contactor::ota
