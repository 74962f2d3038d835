#include "store/fleet_rows.h"

#include <algorithm>

#include <fmt/format.h>

namespace contactor::store {

Status FleetNames::verdict(std::string_view table) const {
  if (known_) return {};
  return fail(ErrorKind::internal, "store",
              fmt::format("a row of {} has a name that this program does not know", table));
}

ports::FleetTotals in_order(std::vector<ports::FleetTotals::Row> rows) {
  std::ranges::sort(rows, {}, [](const ports::FleetTotals::Row& row) {
    return row.oem ? static_cast<std::size_t>(*row.oem) : fleet::oem_count;
  });
  return {.rows = std::move(rows)};
}

}  // namespace contactor::store
