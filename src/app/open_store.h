#pragma once

#include <memory>
#include <string>

#include "ports/store.h"
#include "task/loop.h"

namespace contactor::app {

/// Opens the store that a URL names, with the newest schema. All its answers come on the loop.
/// @errors  invalid (no such kind of store), conflict (another process holds the file), unavailable, internal
/// (corrupted).
[[nodiscard]] Result<std::unique_ptr<ports::Store>> open_store(const std::string& url, task::Loop& loop,
                                                               ports::Timekeeper& time);

}  // namespace contactor::app
