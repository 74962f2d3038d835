#pragma once

#include "api/call.h"

namespace contactor::api {

/// `GET /v1/charging/soh/{vin}`. 404 where nothing is known of the vehicle; too few sessions are an answer.
void show_soh(CallPtr call);

/// `GET /v1/charging/events/{id}/versions`.
void show_versions(CallPtr call);

}  // namespace contactor::api
