#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace contactor::sim {

/// What worker processes have told.
struct Told {
  std::vector<std::string> texts;
  std::uint64_t broken = 0;  ///< workers that did not end well
};
/// Runs `work` in so many processes: a broken invariant inside the engine ends one of them and is seen, not
/// survived. @param work  its number in, what it tells out.
[[nodiscard]] Told run_workers(unsigned jobs, const std::function<std::string(unsigned)>& work);
/// @param asked  0: one a processor.
[[nodiscard]] unsigned workers_for(std::uint64_t seeds, unsigned asked);
void print_counts(std::string_view title, const std::map<std::string, std::uint64_t>& counts);
/// Of this program, for the line that replays a seed.
[[nodiscard]] std::string version();

}  // namespace contactor::sim
