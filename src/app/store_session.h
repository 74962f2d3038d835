#pragma once

#include <memory>
#include <optional>

#include "api/http.h"
#include "app/config.h"
#include "app/fleet_config.h"
#include "app/running_node.h"

namespace contactor::app {

/// What a command asks things of: the store that it has opened itself, or the running node that holds the
/// store. Both are asked by the same routes of the API, as this machine's owner, so that nothing is written
/// twice and every answer is the same.
class StoreSession {
 public:
  /// Waits a moment for a store that another command holds.
  /// @errors  those of open_store, where the store is held and nobody answers for it.
  /// @param fleet  the clouds that fleet runs may call; none where the command needs none.
  [[nodiscard]] static Result<std::unique_ptr<StoreSession>> open(const Config& config,
                                                                  const FleetConfig& fleet = {});
  ~StoreSession();

  /// The process that answers; none where the store was opened here.
  [[nodiscard]] std::optional<pid_t> running_node() const;
  /// @errors  those of RunningNode::ask. What the API refuses is an answer.
  [[nodiscard]] Result<api::Response> ask(api::Request request);

 private:
  struct OwnStore;
  StoreSession();

  std::unique_ptr<OwnStore> own_;
  std::optional<RunningNode> node_;
};

}  // namespace contactor::app
