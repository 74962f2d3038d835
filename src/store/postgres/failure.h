#pragma once

#include <libpq-fe.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace contactor::store::postgres {

/// What went wrong with a run: what the server said, or that the connection is lost.
struct Failure {
  std::string state;  ///< SQLSTATE; empty where the server said nothing
  std::string message;
  std::string detail;
  bool lost = false;  ///< the connection cannot be used any more; what was under way may have been committed
};

/// The fence of `contactor_fence` in the migrations.
inline constexpr std::string_view kFenceState = "CT001";

[[nodiscard]] Failure failure_of(const PGresult* result);
[[nodiscard]] Failure lost(std::string why);

/// Worth another try at once: serialization failure or deadlock.
[[nodiscard]] bool is_transient(const Failure& failure);
/// A rule of the schema or a value that it cannot hold: the write is wrong, not the database.
[[nodiscard]] bool is_refusal(const Failure& failure);
/// The server cannot read or write its own files, or what it has is not our schema: for everybody, and no
/// repeat helps.
[[nodiscard]] bool is_damage(const Failure& failure);
/// The server is going away, is not a primary any more, or lets nobody in: another connection may do better.
[[nodiscard]] bool asks_to_leave(const Failure& failure);

/// For whoever asked. The transaction was rolled back, or never begun: applied = no.
/// @errors  invalid, exhausted (disk, connections), unavailable (away, read-only, locked), timed_out,
/// internal.
[[nodiscard]] Error error_of(const Failure& failure);

/// The ids that the fence names as missing: `12,-3`.
[[nodiscard]] std::vector<std::int64_t> missing_in(const Failure& failure);

}  // namespace contactor::store::postgres
