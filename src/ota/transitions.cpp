#include "ota/transitions.h"

#include <algorithm>

namespace contactor::ota {

bool is_transition(State from, State to) {
  const auto is_it = [from, to](const Transition& edge) { return edge.from == from && edge.to == to; };
  return std::ranges::any_of(kDiagram, is_it) || std::ranges::any_of(kRuledTransitions, is_it);
}

}  // namespace contactor::ota
