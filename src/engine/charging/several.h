#pragma once

#include <cstddef>
#include <functional>

#include "base/result.h"
#include "ports/http.h"

namespace contactor::engine {

/// Does `count` things, at most `at_once` at a time, and ends when none is under way any more: with the first
/// error, after which nothing more is begun.
/// @param one  called with the number of a thing; ends its `Done` once.
void do_several(std::size_t count, std::size_t at_once,
                std::function<void(std::size_t, ports::Done<Status>)> one, ports::Done<Status> done);

}  // namespace contactor::engine
