#include "store/nodes_conformance.h"

namespace contactor::store::testing {

Result<ports::NodeView> NodesConformance::beat(std::size_t process, Beating how) {
  return await<Result<ports::NodeView>>([&](auto done) {
    backend_->nodes(process).beat({.node = names_.at(process),
                                   .version = "1.2",
                                   .leaving = how.leaving,
                                   .handed_back = how.handed_back},
                                  std::move(done));
  });
}

Result<ports::WriteOutcome> NodesConformance::write(std::size_t process, ports::ActivationWrite write) {
  return await<Result<ports::WriteOutcome>>(
      [&](auto done) { backend_->store(process).write(shared(std::move(write)), std::move(done)); });
}

Result<std::string> NodesConformance::send(std::size_t process, std::int64_t id, std::string request,
                                           Millis patience) {
  return await<Result<std::string>>([&](auto done) {
    backend_->nodes(process).send({.id = id, .request = std::move(request), .reply = {}}, patience,
                                  std::move(done));
  });
}

std::uint64_t epoch_in(const ports::NodeView& view, std::uint8_t shard) {
  for (const auto& held : view.held)
    if (held.shard == shard) return held.epoch;
  return 0;
}

ports::ShardSet all_but(const ports::NodeView& view, std::size_t kept) {
  ports::ShardSet shards;
  for (std::size_t i = kept; i < view.held.size(); ++i) shards.set(view.held[i].shard);
  return shards;
}

}  // namespace contactor::store::testing
