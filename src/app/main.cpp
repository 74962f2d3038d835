#include <cstdio>

#include <fmt/format.h>

#include "app/commands.h"
#include "app/demo.h"
#include "app/log_sink.h"
#include "app/serve.h"

namespace {

using namespace contactor;

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = cli::parse(argc, argv);
  if (!parsed.options) return parsed.exit_status;
  const cli::Options& options = *parsed.options;
  const auto environment = app::Environment::read(".env");
  if (!environment) {
    fmt::print(stderr, "contactor: {}\n", environment.error().message());
    return 2;
  }
  // The demo draws its own screen, and commands print results: only trouble may stand between.
  const bool serves = std::holds_alternative<cli::Serve>(options.command);
  app::install_log(options.verbose, !serves);
  return std::visit(Overloaded{
                        [&](const cli::Serve& serve) { return app::run_serve(serve, options, *environment); },
                        [&](const cli::Demo& demo) { return app::run_demo(demo, options, *environment); },
                        [&](const cli::Sim& sim) { return app::run_sim(sim); },
                        [&](const auto& command) { return app::run_command(command, options, *environment); },
                    },
                    options.command);
}
