#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace contactor::log {

enum class Level : std::uint8_t { debug, info, warn, error };

/// Where lines go. `app` installs a spdlog sink at start; until then lines of level warn and above go to stderr.
using Sink = void (*)(Level level, std::string_view area, std::string_view line);
void install(Sink sink, Level from);
[[nodiscard]] bool enabled(Level level);
/// Hides what must not be read in a log: the middle of anything that looks like a VIN, and control characters.
[[nodiscard]] std::string redact(std::string_view line);
void write(Level level, std::string_view area, std::string_view line);

template <class... Args>
void info(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::info)) write(Level::info, area, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warn(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::warn)) write(Level::warn, area, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::error)) write(Level::error, area, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void debug(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::debug)) write(Level::debug, area, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace contactor::log
