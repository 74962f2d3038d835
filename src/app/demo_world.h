#pragma once

#include <string>
#include <vector>

#include "base/prng.h"
#include "vin/vin.h"
#include "world/params.h"

namespace contactor::app {

/// Cars of every kind and a few faults: most orders succeed, some after retries, some never.
[[nodiscard]] world::WorldParams demo_world();

struct DemoService {
  std::string id;
  std::string name;
  std::int64_t price_minor_units;
  std::string document;  ///< what the catalogue gets
};
[[nodiscard]] const std::vector<DemoService>& demo_catalogue();

/// Vehicles with real manufacturers' prefixes, all different.
[[nodiscard]] std::vector<Vin> demo_vehicles(std::size_t count, Prng& prng);

struct DemoOrder {
  std::string transaction_id;  ///< empty where the shop moves the money itself
  std::int64_t amount = 0;
  bool captured = false;  ///< the shop took the money before it ordered
  std::string body;       ///< of POST /v1/ota/activations
};
/// `count` orders over the vehicles, never the same service twice on one of them.
[[nodiscard]] std::vector<DemoOrder> demo_orders(std::size_t count, const std::vector<Vin>& vehicles,
                                                 Prng& prng);

}  // namespace contactor::app
