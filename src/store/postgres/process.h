#pragma once

#include <string>
#include <string_view>

namespace contactor::store::postgres {

/// Names this process so that no other one, on any machine at any time, has the same name:
/// `<boot>/<pid namespace>/<pid>/<start>/<random>`.
[[nodiscard]] std::string name_of_this_process();

/// True only where it is certain: the named process ran under this boot, in this pid namespace, and is gone.
[[nodiscard]] bool is_surely_dead(std::string_view process);

}  // namespace contactor::store::postgres
