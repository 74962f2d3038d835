#pragma once

#include <functional>
#include <memory>

#include "app/node.h"

namespace contactor::app {

/// A node on a database that may be away at its start: it waits for it as long as the configuration says.
/// Meanwhile `/healthz` answers, `/readyz` says what is waited for, and everything else is 503.
struct WaitingRoom {
  task::Loop& loop;
  NodeParams params;
  /// Asked now and then: true ends the waiting.
  std::function<bool()> is_given_up;

  /// Blocks, and runs the loop while it waits.
  /// @return  null where it was given up.
  /// @errors  those of Node::create. What an operator must change (password, name of the database) is not
  /// waited for.
  [[nodiscard]] Result<std::unique_ptr<Node>> create_node();

 private:
  void wait_for_database(const Error& why, Millis give_up_at);
};

}  // namespace contactor::app
