#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace contactor::bench {

/// How a run talks to the driver (`driver/worker.py`), a line of JSON at a time: it says that it is ready and
/// waits for a line, says when its work has begun, says what it measured, and stays as it is until its input
/// is closed. Between those words the driver reads CPU and memory of every process that takes part.
using Numbers = std::vector<std::pair<std::string_view, double>>;

void wait_for_start();
void say_begun();
void say_result(const Numbers& numbers);

}  // namespace contactor::bench
