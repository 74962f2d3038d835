#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "ports/iot_api.h"
#include "ports/nodes.h"
#include "ports/payments.h"
#include "ports/store.h"
#include "universe.h"

namespace contactor::sim {

/// A guard of the product that is broken on purpose, at a port, so that no product source knows of it.
/// Anything left empty is the real thing.
struct Mutant {
  std::string_view name;
  std::string_view breaks;     ///< the guard, in words
  std::string_view caught_by;  ///< the invariants, one of which must fail, blank-separated
  std::function<std::unique_ptr<ports::Store>(Universe&, LifeRef, ports::Store&)> store;
  /// The same between the way to the disk and the disk itself.
  std::function<std::unique_ptr<ports::Store>(Universe&, LifeRef, ports::Store&)> inner_store;
  std::function<std::unique_ptr<ports::Payments>(Universe&, LifeRef, ports::Payments&)> payments;
  std::function<std::unique_ptr<ports::IotApi>(ports::IotApi&)> iot;
  std::function<std::unique_ptr<ports::Nodes>(Universe&, LifeRef, ports::Nodes&)> nodes_port;
  std::function<void(Scenario&)> make_likely;  ///< brings what the guard is for about more often
  std::size_t nodes = 0;                       ///< of the runs that must catch it
  std::uint64_t from = 1;  ///< where the search for a seed that catches it begins: near one, to be short
  bool clock_stands_still = false;        ///< the monotonic clock stops while its process is frozen
  bool accepts_forged = false;            ///< callbacks are read without their signature
  bool leaves_zombies = false;            ///< a second process goes on working while the next one starts
  bool drops_late_confirmations = false;  ///< callbacks about ended activations are acknowledged and dropped
};

[[nodiscard]] std::span<const Mutant> mutants();
/// @return null where there is none of that name.
[[nodiscard]] const Mutant* find_mutant(std::string_view name);

}  // namespace contactor::sim
