#pragma once

#include <string_view>
#include <vector>

#include "store/open.h"
#include "store/postgres/session.h"

namespace contactor::store::postgres {

/// A URL read: one set of options for each of its hosts, to be tried in order. libpq would try them by
/// itself, but only a call that blocks does so with a time limit for each.
struct Address {
  std::vector<Options> hosts;
  std::string name;  ///< `db-1:5432,db-2:5432/contactor`: for messages, without secrets
};

/// @errors  invalid: not a URL that libpq understands, or a list of ports that does not fit the hosts.
[[nodiscard]] Result<Address> parse_address(std::string_view url, std::string_view node,
                                            const PostgresTimeouts& timeouts);

}  // namespace contactor::store::postgres
