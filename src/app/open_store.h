#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ports/nodes.h"
#include "ports/store.h"
#include "task/loop.h"

namespace contactor::app {

struct OpenedStore {
  std::unique_ptr<ports::Store> store;
  std::unique_ptr<ports::Nodes> nodes;  ///< null where the store takes one process only
};

/// Opens the store that a URL names, with the newest schema, for a node of this name. All its answers come on
/// the loop.
/// @param on_broken  as in NodeParams.
/// @errors  invalid (no such kind of store), conflict (another process holds the file, or the schema is
/// newer), unavailable, unauthorized, exhausted, internal (corrupted). No message holds a password.
[[nodiscard]] Result<OpenedStore> open_store_of_node(const std::string& url, const std::string& node,
                                                     task::Loop& loop, ports::Timekeeper& time,
                                                     std::function<void(const Error&)> on_broken);

/// Says in an error which PostgreSQL database it speaks of, and that its name is the user's to correct.
[[nodiscard]] Error named_in(Error error, const std::string& url);
/// The contract's exit status: 2 where the command or the configuration must change first, else 1.
[[nodiscard]] int exit_status_of(const Error& error);

}  // namespace contactor::app
