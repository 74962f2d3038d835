#pragma once

#include <functional>
#include <string>

#include "app/config.h"
#include "cli/options.h"

namespace contactor::app {

/// Reads the operator's answer to a question; empty where there is none.
using Ask = std::function<std::string(const std::string& question)>;

/// The database whose schema `migrate` is about: the one of the named environment, else the one that --db
/// names. Before production's schema is changed, the operator types the database's name, or has given it as
/// `--confirm`.
/// @errors  invalid: variables are missing, both environments name one database, or production was not
/// confirmed.
[[nodiscard]] Result<std::string> migrate_target(const cli::Migrate& words, const std::string& db,
                                                 const Environment& environment, const Ask& ask);

}  // namespace contactor::app
