#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "api/api.h"
#include "api/event_stream.h"
#include "api/gate.h"
#include "api/metrics.h"
#include "api/overview.h"
#include "api/refreshed.h"
#include "api/routes.h"

namespace contactor::api {

using Catalogue = std::unordered_map<ServiceId, ports::Service>;

/// What every route works with. Owned by the Api and by the calls that are under way.
struct Environment : ApiParams {
  explicit Environment(ApiParams params);

  Gate gate;
  Metrics metrics;
  CensusTaker census;
  std::shared_ptr<Refreshed<Catalogue>> catalogue;
  std::shared_ptr<EventStream> events;
  bool is_closed = false;  ///< the Api is gone, and with it what the parameters refer to
  std::set<std::string>
      keys_in_progress;  ///< principal, route and key of creating requests that have no answer yet
};

}  // namespace contactor::api
