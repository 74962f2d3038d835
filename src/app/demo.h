#pragma once

#include "app/config.h"
#include "cli/options.h"

namespace contactor::app {

/// The main job from order to money on one machine, against the simulated world, forty times faster than
/// life.
/// @return  the exit status: 0 done, 1 fatal, 130 interrupted.
[[nodiscard]] int run_demo(const cli::Demo& demo, const cli::Options& options,
                           const Environment& environment);

}  // namespace contactor::app
