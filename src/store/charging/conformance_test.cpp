#include "store/charging/conformance.h"

#include "store/backends_test.h"
#include "store/postgres/backend_test.h"

namespace contactor::store::testing {
namespace {

template <class T, bool... ahead>
std::unique_ptr<Backend> make() {
  return std::make_unique<T>(ahead...);
}

// The suite's parts stand in conformance_*_test.cpp.
INSTANTIATE_TEST_SUITE_P(
    Store, ChargingConformance,
    ::testing::Values(BackendKind{"Sqlite", make<SqliteBackend>}, BackendKind{"Memory", make<MemoryBackend>},
                      BackendKind{"Postgres", make<PostgresBackend>},
                      BackendKind{"SqliteOneRevisionAhead", make<SqliteBackend, true>},
                      BackendKind{"PostgresOneRevisionAhead", make<PostgresBackend, true>}),
    [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace contactor::store::testing
