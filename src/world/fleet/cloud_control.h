#pragma once

#include <string_view>

#include "ports/http.h"

namespace contactor::world {

class FleetClouds;

/// Scenario control of the makers' clouds over HTTP.
///
/// | request | does |
/// |---|---|
/// | `GET` | every cloud: how often it was called, what it was asked to change |
/// | `POST {cloud}` `{"outage":"none"\|"refuses"\|"silent"}` | the whole cloud goes down or comes up |
/// | `POST {cloud}/revoke-tokens` | every access token it has issued is over |
/// | `GET {cloud}/vehicles/{vin}` | the truth: does data flow? |
/// | `POST {cloud}/vehicles/{vin}` `{"temper":"…"}`, `{"active":true}` | how it behaves; others switch it |
/// | `POST tesla/consents` `{"vin":"…"}` | an owner consents: the code that the browser brings back |
/// | `POST tesla/consents` `{"vin":"…","withdrawn":true}` | an owner takes the consent back |
///
/// @param path  behind `/_sim/clouds`, without its slash.
[[nodiscard]] ports::HttpResponse control_clouds(FleetClouds& clouds, const ports::HttpRequest& request,
                                                 std::string_view path, Instant now);

}  // namespace contactor::world
