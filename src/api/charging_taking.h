#pragma once

#include "api/call.h"

namespace contactor::api {

/// `POST` of stats or events: one object, an array or NDJSON. One answers as itself; many with what became of
/// each. What is refused keeps nothing else from being stored.
template <class Model>
void take_records(CallPtr call);

/// `PATCH` of one stat or event: a correction, which makes its sessions anew.
template <class Model>
void correct_record(CallPtr call);

/// What `take_records` knows as query parameters: the job that brings the records, and how much the answer
/// says.
[[nodiscard]] std::vector<std::string_view> taking_query();

}  // namespace contactor::api
