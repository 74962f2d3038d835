#pragma once

#include <string_view>

namespace contactor::app {

/// One file of the console, as it lies in the program.
struct Asset {
  std::string_view content_type;
  std::string_view bytes;
  std::string_view gzip_bytes;  ///< the same compressed; empty where the console was not built
  std::string_view etag;        ///< quoted, from the content
};

/// The console's file behind a path of the address bar: `/` and `/assets/…`; null where there is none.
/// Defined by `ctr_embed_console` in cmake/EmbedConsole.cmake.
[[nodiscard]] const Asset* find_asset(std::string_view path);

}  // namespace contactor::app
