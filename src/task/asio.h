#pragma once

#include <boost/asio/io_context.hpp>

#include "task/loop.h"

namespace contactor::task {

/// For the folders that own sockets; nobody else includes this header.
[[nodiscard]] boost::asio::io_context& io_context_of(Loop& loop);

}  // namespace contactor::task
