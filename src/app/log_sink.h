#pragma once

namespace contactor::app {

/// Log lines to stderr through spdlog: time, level, area, text. @param verbose  from debug on, otherwise from
/// info.
void install_log(bool verbose, bool quiet);

}  // namespace contactor::app
