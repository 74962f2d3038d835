#pragma once

#include <optional>
#include <string>

#include "ports/nodes.h"
#include "task/loop.h"

namespace contactor::app {

/// The nodes of a shared store as a command in a terminal sees them: it writes letters and gets none. Where
/// no node is alive it takes the shards for a moment, so that its write stands under a lease like any other.
class TerminalNodes final : public ports::Nodes {
 public:
  /// @param name  that no node has.
  TerminalNodes(ports::Nodes& nodes, task::Loop& loop, std::string name);

  void beat(ports::Heartbeat heartbeat, ports::Done<Result<ports::NodeView>> done) override;
  void send(ports::Letter letter, Millis patience, ports::Done<Result<std::string>> done) override;
  void receive(std::function<void(ports::Letter)> take) override;
  void answer(ports::Letter letter, ports::Done<Status> done) override;

  /// Did a letter find that nobody holds its shard? Nothing was left then. Forgotten once it was asked for.
  [[nodiscard]] bool found_nobody() { return std::exchange(found_nobody_, false); }
  /// Takes every shard where no node is alive; nothing where one is: it takes the free ones soon. Runs the
  /// loop, as below.
  [[nodiscard]] Result<std::optional<ports::NodeView>> take_shards();
  /// What cannot be given back is free when its lease has run out.
  void give_back(const ports::NodeView& taken);

 private:
  [[nodiscard]] Result<ports::NodeView> beat_once(bool leaving, const ports::ShardSet& handed_back);
  [[nodiscard]] bool is_alone(const ports::NodeView& view) const;

  ports::Nodes& nodes_;
  task::Loop& loop_;
  std::string name_;
  bool found_nobody_ = false;
};

}  // namespace contactor::app
