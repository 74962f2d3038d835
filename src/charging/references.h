#pragma once

#include <string>

#include "base/id.h"

namespace contactor::charging {

struct ChargingEvent;
struct ChargingStat;
struct Vehicle;
struct Credential;
struct Client;
struct ClientService;
struct Service;
struct EventLog;
struct LastRunTime;
struct Location;

/// The id of one record of a model: 1 to 64 of A-Z a-z 0-9 _ . : -. Opaque to everybody who reads it.
template <class Model>
using IdOf = TextId<Model>;

/// The text of one JSON object that we pass on without looking into it.
struct JsonObject {
  std::string text = "{}";
  friend bool operator==(const JsonObject&, const JsonObject&) = default;
};

}  // namespace contactor::charging
