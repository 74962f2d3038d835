#pragma once

#include <map>
#include <memory>
#include <set>

#include "base/prng.h"
#include "ports/nodes.h"
#include "ports/timekeeper.h"
#include "store/memory/disk.h"

namespace contactor::store::memory {

struct NodesParams {
  Millis latency_min{0};
  Millis latency_max{0};
  std::uint64_t seed = 1;
  std::uint64_t process = 1;  ///< never the same for two that ever use one disk
};

/// One process's side of the nodes that share a Disk. `clock` is the store's: the same for all of them.
/// Destroying the object is a crash: what it holds stays its own until the leases run out.
class Nodes final : public ports::Nodes {
 public:
  Nodes(Disk& disk, ports::Timekeeper& clock, NodesParams params);
  ~Nodes() override;
  Nodes(const Nodes&) = delete;
  Nodes& operator=(const Nodes&) = delete;

  void beat(ports::Heartbeat heartbeat, ports::Done<Result<ports::NodeView>> done) override;
  void send(ports::Letter letter, Millis patience, ports::Done<Result<std::string>> done) override;
  void receive(std::function<void(ports::Letter)> take) override;
  void answer(ports::Letter letter, ports::Done<Status> done) override;

 private:
  using Shard = Disk::Lease;
  [[nodiscard]] Result<ports::NodeView> renew(const ports::Heartbeat& heartbeat, Instant at);
  void take_free(std::size_t count, Instant at);
  [[nodiscard]] bool lead(bool leaving, Instant at);
  [[nodiscard]] ports::NodeView view(std::size_t share, bool leads, Instant at) const;
  [[nodiscard]] bool is_free(const Shard& lease, Instant at) const;
  [[nodiscard]] bool is_mine(const Shard& lease) const { return lease.owner == params_.process; }
  /// Runs it on the disk after a while, unless this process has ended by then.
  void later(std::move_only_function<void()> action);
  void post(const ports::Letter& letter, Millis patience, ports::Done<Result<std::string>> done);
  void look_for_letters();

  Disk& disk_;
  ports::Timekeeper& clock_;
  NodesParams params_;
  Prng prng_;
  std::function<void(ports::Letter)> take_;
  std::set<std::int64_t> taken_;
  std::map<std::int64_t, ports::Done<Result<std::string>>> waiting_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace contactor::store::memory
