#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace contactor::ota {

/// Foreign words made fit for one line of a mail, a note or a display: control characters, line breaks and
/// marks that turn the writing direction become blanks, runs of blanks one, and what is longer than
/// `bytes_max` is cut between two characters.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t bytes_max);
/// For HTML text and for attribute values in double quotes.
[[nodiscard]] std::string escape_html(std::string_view text);
/// For one segment of a URL: everything but letters, digits and `-._~` percent-encoded.
[[nodiscard]] std::string encode_url_segment(std::string_view text);

}  // namespace contactor::ota
