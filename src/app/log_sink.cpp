#include "app/log_sink.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/log.h"

namespace contactor::app {
namespace {

spdlog::level::level_enum level_of(log::Level level) {
  switch (level) {
    case log::Level::debug:
      return spdlog::level::debug;
    case log::Level::info:
      return spdlog::level::info;
    case log::Level::warn:
      return spdlog::level::warn;
    case log::Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

void write(log::Level level, std::string_view area, std::string_view line) {
  spdlog::log(level_of(level), "{}: {}", area, line);
}

}  // namespace

void install_log(bool verbose, bool quiet) {
  auto logger =
      std::make_shared<spdlog::logger>("contactor", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::debug);
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
  log::install(&write, verbose ? log::Level::debug : quiet ? log::Level::error : log::Level::info);
}

}  // namespace contactor::app
