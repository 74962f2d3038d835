#include "base/log.h"

#include <atomic>
#include <cstdio>

namespace contactor::log {
namespace {

void write_to_stderr(Level level, std::string_view area, std::string_view line) {
  if (level >= Level::warn) fmt::print(stderr, "{}: {}\n", area, line);
}

std::atomic<Sink> g_sink{&write_to_stderr};
std::atomic<Level> g_from{Level::warn};

bool is_vin_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z' && c != 'I' && c != 'O' && c != 'Q');
}

}  // namespace

void install(Sink sink, Level from) {
  g_sink = sink;
  g_from = from;
}

bool enabled(Level level) { return level >= g_from.load(std::memory_order_relaxed); }

std::string redact(std::string_view line) {
  std::string shown(line);
  std::size_t run = 0;
  for (std::size_t i = 0; i <= shown.size(); ++i) {
    if (i < shown.size() && is_vin_character(shown[i])) {
      ++run;
      continue;
    }
    // A VIN is personal data where it can be linked: first three and last four stay, for support.
    if (run == 17) shown.replace(i - 14, 10, "**********");
    if (i < shown.size() && (static_cast<unsigned char>(shown[i]) < 0x20 || shown[i] == 0x7f)) shown[i] = ' ';
    run = 0;
  }
  return shown;
}

void write(Level level, std::string_view area, std::string_view line) { g_sink.load()(level, area, redact(line)); }

}  // namespace contactor::log
