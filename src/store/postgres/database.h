#pragma once

#include "store/postgres/link.h"

namespace contactor::store::postgres {

/// What every part of one process shares of one database.
struct Database {
  Database(Address at, std::function<void(const Error&)> on_stranger)
      : address(std::move(at)), identity(std::move(on_stranger)) {}

  Address address;
  Identity identity;
};

}  // namespace contactor::store::postgres
