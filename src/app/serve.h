#pragma once

#include "app/config.h"
#include "cli/options.h"

namespace contactor::app {

/// Runs until SIGINT or SIGTERM. @return  0 after a clean end, 1 fatal, 2 configuration.
[[nodiscard]] int run_serve(const cli::Serve& serve, const cli::Options& options,
                            const Environment& environment);
/// The simulated foreign systems, until SIGINT or SIGTERM.
[[nodiscard]] int run_sim(const cli::Sim& sim);

}  // namespace contactor::app
