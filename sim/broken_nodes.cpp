#include "broken_nodes.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "forwarding_store.h"

namespace contactor::sim {
namespace {

/// Two dispatchers, and neither learns that the other was faster.
class IgnoresFences final : public ForwardingStore {
 public:
  IgnoresFences(Universe&, const LifeRef&, ports::Store& inner) : ForwardingStore(inner) {}
  using ForwardingStore::write;
  void write(std::shared_ptr<const ports::ActivationWrite> write,
             ports::Done<Result<ports::WriteOutcome>> done) override {
    inner().write(std::move(write), [done = std::move(done)](Result<ports::WriteOutcome> outcome) mutable {
      if (outcome && *outcome == ports::WriteOutcome::stale) outcome = ports::WriteOutcome::applied;
      done(std::move(outcome));
    });
  }
};

/// Writes under whatever epoch its shard has now: nobody checks the lease at the commit.
class ForgesEpochs final : public ForwardingStore {
 public:
  ForgesEpochs(Universe& universe, const LifeRef&, ports::Store& inner)
      : ForwardingStore(inner), universe_(universe) {}
  using ForwardingStore::write;
  void write(std::shared_ptr<const ports::ActivationWrite> write,
             ports::Done<Result<ports::WriteOutcome>> done) override;

 private:
  Universe& universe_;
};

/// Knows only the sends that went through this process.
class CountsItsOwnSends final : public ForwardingStore {
 public:
  CountsItsOwnSends(Universe&, const LifeRef&, ports::Store& inner) : ForwardingStore(inner) {}
  using ForwardingStore::write;
  void write(std::shared_ptr<const ports::ActivationWrite> write,
             ports::Done<Result<ports::WriteOutcome>> done) override;
  void load(std::vector<ActivationId> ids, ports::Done<Result<std::vector<ports::Loaded>>> done) override;

 private:
  std::map<Vin, std::vector<Instant>> own_;
};

class BrokenNodes : public ports::Nodes {
 public:
  BrokenNodes(Universe& universe, LifeRef life, ports::Nodes& inner)
      : universe_(universe), life_(std::move(life)), inner_(inner) {}
  void send(ports::Letter letter, Millis patience, ports::Done<Result<std::string>> done) override {
    inner_.send(std::move(letter), patience, std::move(done));
  }
  void receive(std::function<void(ports::Letter)> take) override { inner_.receive(std::move(take)); }
  void answer(ports::Letter letter, ports::Done<Status> done) override {
    inner_.answer(std::move(letter), std::move(done));
  }

 protected:
  Universe& universe_;
  LifeRef life_;
  ports::Nodes& inner_;
};

/// Takes shards over under the epoch of the owner before.
class KeepsEpochs final : public BrokenNodes {
 public:
  using BrokenNodes::BrokenNodes;
  void beat(ports::Heartbeat heartbeat, ports::Done<Result<ports::NodeView>> done) override;
};

template <class Broken>
std::unique_ptr<ports::Nodes> nodes_of(Universe& universe, LifeRef life, ports::Nodes& inner) {
  return std::make_unique<Broken>(universe, std::move(life), inner);
}

template <class Broken>
std::unique_ptr<ports::Store> store_of(Universe& universe, LifeRef life, ports::Store& inner) {
  return std::make_unique<Broken>(universe, std::move(life), inner);
}

void ForgesEpochs::write(std::shared_ptr<const ports::ActivationWrite> write,
                         ports::Done<Result<ports::WriteOutcome>> done) {
  auto forged = std::make_shared<ports::ActivationWrite>(*write);
  forged->epoch = universe_.disk.leases[write->after.id.shard()].epoch;
  inner().write(std::move(forged), std::move(done));
}

void CountsItsOwnSends::write(std::shared_ptr<const ports::ActivationWrite> write,
                              ports::Done<Result<ports::WriteOutcome>> done) {
  if (write->ledger && !write->ledger->sends.empty())
    own_[write->ledger->vin].push_back(write->ledger->sends.back());
  inner().write(std::move(write), std::move(done));
}

void CountsItsOwnSends::load(std::vector<ActivationId> ids,
                             ports::Done<Result<std::vector<ports::Loaded>>> done) {
  inner().load(std::move(ids),
               [this, done = std::move(done)](Result<std::vector<ports::Loaded>> loaded) mutable {
                 if (loaded)
                   for (auto& item : *loaded)
                     std::erase_if(item.ledger.sends, [&](Instant at) {
                       const auto& own = own_[item.ledger.vin];
                       return std::ranges::find(own, at) == own.end();
                     });
                 done(std::move(loaded));
               });
}

void KeepsEpochs::beat(ports::Heartbeat heartbeat, ports::Done<Result<ports::NodeView>> done) {
  auto before = std::make_shared<std::array<store::memory::Disk::Lease, 256>>(universe_.disk.leases);
  inner_.beat(std::move(heartbeat),
              [this, before, done = std::move(done)](Result<ports::NodeView> view) mutable {
                if (view)
                  for (auto& held : view->held) {
                    auto& lease = universe_.disk.leases[held.shard];
                    const auto& old = (*before)[held.shard];
                    if (old.owner == 0 || old.owner == lease.owner || lease.owner != life_->process) continue;
                    lease.epoch = held.epoch = old.epoch;
                  }
                done(std::move(view));
              });
}

}  // namespace

std::span<const Mutant> node_mutants() {
  static const std::array all{
      Mutant{.name = "fence_ignored",
             .breaks = "version and ledger fences, with two dispatchers",
             .caught_by = "C3 S3 S4 N1 M6",
             .store = store_of<IgnoresFences>,
             .leaves_zombies = true},
      Mutant{.name = "lease_not_checked",
             .breaks = "a commit of who lost its lease is refused",
             .caught_by = "L1",
             .inner_store = store_of<ForgesEpochs>,
             .nodes = 3,
             .from = 9},
      Mutant{.name = "epoch_not_raised",
             .breaks = "a takeover raises the shard's epoch",
             .caught_by = "L1 L2",
             .nodes_port = nodes_of<KeepsEpochs>,
             .nodes = 3},
      Mutant{.name = "sends_after_lease",
             .breaks = "nothing is begun once the lease may have run out",
             .caught_by = "L1",
             .nodes = 3,
             .clock_stands_still = true},
      Mutant{.name = "limiter_per_node",
             .breaks = "the budget counts what other nodes have sent",
             .caught_by = "C1",
             .store = store_of<CountsItsOwnSends>,
             .nodes = 3,
             .from = 26},
  };
  return all;
}

}  // namespace contactor::sim
