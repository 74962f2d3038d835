#pragma once

#include "api/charging_records.h"

namespace contactor::api {

/// `POST` of one new record, under an Idempotency-Key. Secrets are sealed before they are stored.
template <class Model>
void create_record(CallPtr call);

/// `PATCH`: the members that are named are replaced, null empties. Refused where somebody else was faster.
template <class Model>
void change_record(CallPtr call);

}  // namespace contactor::api
