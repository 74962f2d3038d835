#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "base/instant.h"
#include "engine/charging_delivery/deliverer.h"
#include "engine/engine.h"

namespace contactor::api {

struct Route;

/// Counts answers per route. Written by hand: the text format is one page, and nothing here is hot.
class Metrics {
 public:
  /// @param route  null for requests that no route took.
  void record(const Route* route, int status, Millis took);
  /// The whole of `/metrics`, in the Prometheus text format 0.0.4.
  [[nodiscard]] std::string render(const engine::Counters& counters, std::size_t streams,
                                   std::string_view version,
                                   const engine::DeliveryCounters* deliveries = nullptr) const;

 private:
  static constexpr std::array<std::int64_t, 9> kBoundsMs{1, 2, 5, 10, 25, 100, 250, 1000, 5000};
  struct Series {
    std::map<int, std::uint64_t> by_status;
    std::array<std::uint64_t, kBoundsMs.size()> within{};
    std::uint64_t count = 0;
    std::int64_t sum_ms = 0;
  };
  void render_routes(std::string& out) const;
  static void render_deliveries(std::string& out, const engine::DeliveryCounters& deliveries);

  std::map<const Route*, Series> series_;
};

}  // namespace contactor::api
