#include "app/terminal_nodes.h"

#include <algorithm>

namespace contactor::app {

TerminalNodes::TerminalNodes(ports::Nodes& nodes, task::Loop& loop, std::string name)
    : nodes_(nodes), loop_(loop), name_(std::move(name)) {}

void TerminalNodes::beat(ports::Heartbeat heartbeat, ports::Done<Result<ports::NodeView>> done) {
  nodes_.beat(std::move(heartbeat), std::move(done));
}

void TerminalNodes::send(ports::Letter letter, Millis patience, ports::Done<Result<std::string>> done) {
  nodes_.send(std::move(letter), patience, [this, done = std::move(done)](Result<std::string> reply) mutable {
    found_nobody_ = !reply && reply.error().kind == ErrorKind::unavailable;
    done(std::move(reply));
  });
}

void TerminalNodes::receive(std::function<void(ports::Letter)>) {}

void TerminalNodes::answer(ports::Letter letter, ports::Done<Status> done) {
  nodes_.answer(std::move(letter), std::move(done));
}

Result<std::optional<ports::NodeView>> TerminalNodes::take_shards() {
  // Who is leaving takes nothing: so it only looks, and no node makes room for it.
  CTR_TRY(seen, beat_once(true, {}));
  if (!is_alone(seen)) return std::nullopt;
  CTR_TRY(taken, beat_once(false, {}));
  if (is_alone(taken)) return taken;
  give_back(taken);
  return std::nullopt;
}

void TerminalNodes::give_back(const ports::NodeView& taken) {
  ports::ShardSet shards;
  for (const auto& held : taken.held) shards.set(held.shard);
  (void)beat_once(true, shards);
}

Result<ports::NodeView> TerminalNodes::beat_once(bool leaving, const ports::ShardSet& handed_back) {
  std::optional<Result<ports::NodeView>> view;
  nodes_.beat({.node = name_, .version = CONTACTOR_VERSION, .leaving = leaving, .handed_back = handed_back},
              [&](Result<ports::NodeView> got) {
                view = std::move(got);
                loop_.stop();
              });
  while (!view) loop_.run();
  return std::move(*view);
}

bool TerminalNodes::is_alone(const ports::NodeView& view) const {
  return std::ranges::all_of(view.nodes, [this](const auto& node) { return node.node == name_; });
}

}  // namespace contactor::app
