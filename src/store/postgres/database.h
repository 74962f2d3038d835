#pragma once

#include "store/postgres/link.h"

namespace contactor::store::postgres {

/// What every part of one process shares of one database.
struct Database {
  Address address;
  Identity identity;
};

}  // namespace contactor::store::postgres
