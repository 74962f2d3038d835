#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/instant.h"
#include "ports/http.h"

namespace contactor::fuzz {

/// Fri, 15 Jan 2027 08:00:00 GMT, the present of every target.
inline constexpr Instant kNow = Instant::from_millis(1'800'000'000'000);

/// The bytes of one execution, taken piece by piece. Parameters stand in the first lines and what is parsed
/// follows, so that people can read and write a corpus.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  /// The next line without its line feed; empty at the end.
  [[nodiscard]] std::string_view line();
  /// The next line as a number; 0 where it is none.
  [[nodiscard]] std::size_t number();
  /// A status, header lines, an empty line and all the rest as the body.
  [[nodiscard]] ports::HttpResponse response();
  /// Everything that was not taken yet.
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

/// Well-formed by RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);
/// Neither control characters of ASCII nor DEL: fit for a header or a line of a log.
[[nodiscard]] bool is_one_line(std::string_view text);

}  // namespace contactor::fuzz
