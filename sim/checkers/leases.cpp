#include "checkers/leases.h"

#include <algorithm>

#include <fmt/format.h>

namespace contactor::sim {
namespace {

using std::chrono::seconds;

constexpr Millis kLookEvery = seconds(2);

}  // namespace

/// L1: a step is of the node that held its shard when it became durable, whatever the fence thought of it.
void LeaseChecker::committed(const ports::ActivationWrite& write) {
  if (!shares() || write.history.empty()) return;
  const auto& universe = evidence_.universe;
  const auto& lease = universe.disk.leases[write.after.id.shard()];
  const auto owner = universe.node_names.find(lease.owner);
  const std::string& node = write.history.back().node;
  if (owner == universe.node_names.end() || owner->second != node)
    evidence_.violated("L1", write.after.id,
                       fmt::format("{} has committed a step, the shard is held by {}", node,
                                   owner == universe.node_names.end() ? "nobody" : owner->second));
}

/// L2: one owner an epoch, and epochs rise with every change of hands.
void LeaseChecker::hands_changed() {
  const auto& leases = evidence_.universe.disk.leases;
  for (std::size_t shard = 0; shard < leases.size(); ++shard) {
    Known& known = shards_[shard];
    if (leases[shard].owner == known.owner && leases[shard].epoch == known.epoch) continue;
    const bool rose = leases[shard].epoch > known.epoch;
    if (!rose && leases[shard].owner != known.owner)
      evidence_.violated("L2", {},
                         fmt::format("shard {} changed hands under epoch {} of before", shard, known.epoch));
    // Whoever has taken it may die as well: half a minute is what one death may cost.
    if (leases[shard].owner != known.owner) known.served_at = evidence_.universe.clock.now();
    known.owner = leases[shard].owner;
    known.epoch = leases[shard].epoch;
  }
  // A change of hands takes its time: what waited for it meanwhile was disturbed.
  evidence_.disturbances += 1;
}

/// L1 outside: a command leaves its node only while its lease lasts.
void LeaseChecker::request_sent(const Life& sender, const ports::HttpRequest& request) {
  if (!shares() || !request.url.ends_with("/configure")) return;
  const auto vin = Vin::parse(std::string_view(request.url).substr(request.url.size() - 27, 17));
  if (!vin) return;
  const auto& lease = evidence_.universe.disk.leases[vin->shard()];
  if (lease.owner == sender.process && lease.until > evidence_.universe.clock.now()) return;
  evidence_.violated("L1", {},
                     fmt::format("a command left process {} after its lease of shard {} had run out",
                                 sender.process, vin->shard()));
}

/// L4: whoever is asked to leave is gone within twenty seconds.
void LeaseChecker::left_after(Millis took) {
  if (shares() && took > seconds(20))
    evidence_.violated("L4", {}, fmt::format("leaving took {}", to_duration_text(took)));
}

/// L3: no shard is without a node that works on it for longer than half a minute, while there is one that
/// could.
void LeaseChecker::look() {
  const auto& universe = evidence_.universe;
  const Instant now = universe.clock.now();
  if (!shares() || now - looked_at_ < kLookEvery) return;
  looked_at_ = now;
  if (crash_loops()) {
    for (Known& known : shards_) known.served_at = now;
    return;
  }
  Millis allowed = seconds(30);
  if (universe.faults.is_on(Fault::store_slow)) allowed += seconds(30);
  const Instant healthy_since = universe.healthy_since();
  const bool is_able = !healthy_since.is_never() && now - healthy_since > allowed;
  const std::vector<std::uint64_t> serving = universe.serving();
  for (std::size_t shard = 0; shard < shards_.size(); ++shard) {
    Known& known = shards_[shard];
    const auto& lease = universe.disk.leases[shard];
    if (lease.until > now && std::ranges::find(serving, lease.owner) != serving.end()) known.served_at = now;
    if (known.complained || !is_able || now - std::max(known.served_at, healthy_since) <= allowed) continue;
    known.complained = true;
    evidence_.violated(
        "L3", {},
        fmt::format("nobody has worked on shard {} for {}", shard, to_duration_text(now - known.served_at)));
  }
}

/// A process that dies while starting, again and again and under another name each time, takes its share each
/// time: a known limit, see README.md.
bool LeaseChecker::crash_loops() const {
  const auto& universe = evidence_.universe;
  return !universe.scenario.names_stay && universe.faults.is_on(Fault::crash_while_starting);
}

}  // namespace contactor::sim
