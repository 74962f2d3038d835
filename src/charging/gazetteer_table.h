#pragma once

#include <string_view>

namespace contactor::charging {

/// The table in the program (target `ctr_gazetteer_table`): the towns of the world with 1000 inhabitants and
/// more. Without a place where the program was built without `tools/gazetteer`.
/// @source  the GeoNames gazetteer, https://www.geonames.org, CC BY 4.0
[[nodiscard]] std::string_view built_in_gazetteer_table();

}  // namespace contactor::charging
