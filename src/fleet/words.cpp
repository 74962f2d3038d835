#include "fleet/words.h"

#include <array>

namespace contactor::fleet {
namespace {

struct Accented {
  std::string_view letters;
  char plain;
};
constexpr std::array<Accented, 9> kAccented{{{"àáâãäåÀÁÂÃÄÅ", 'a'},
                                             {"çčÇČ", 'c'},
                                             {"èéêëěÈÉÊËĚ", 'e'},
                                             {"ìíîïÌÍÎÏ", 'i'},
                                             {"ñÑ", 'n'},
                                             {"òóôõöÒÓÔÕÖ", 'o'},
                                             {"šŠ", 's'},
                                             {"ùúûüůÙÚÛÜŮ", 'u'},
                                             {"žŽ", 'z'}}};

/// The letter that two bytes of UTF-8 are without their accent; 0: none of ours.
char plain_of(std::string_view two) {
  for (const Accented& accented : kAccented)
    for (std::size_t at = 0; at < accented.letters.size(); at += 2)
      if (accented.letters.substr(at, 2) == two) return accented.plain;
  return 0;
}

char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '\0';
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool is_inside = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char letter = folded(text[at]);
    if (static_cast<unsigned char>(text[at]) >= 0xc2 && (letter = plain_of(text.substr(at, 2))) != 0) ++at;
    if (letter != 0) {
      if (!is_inside) words.emplace_back();
      words.back() += letter;
    }
    is_inside = letter != 0;
  }
  return words;
}

}  // namespace contactor::fleet
