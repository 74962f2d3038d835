#include "store/memory/nodes.h"

#include <algorithm>

namespace contactor::store::memory {
namespace {

constexpr Millis kLettersKept = std::chrono::minutes(1);
constexpr Millis kNobodyWait =
    std::chrono::seconds(5);  ///< until somebody has taken a shard that nobody holds

}  // namespace

Nodes::Nodes(Disk& disk, ports::Timekeeper& clock, NodesParams params)
    : disk_(disk), clock_(clock), params_(params), prng_(params.seed) {
  disk_.letter_watchers.emplace(this, [this] { later([this] { look_for_letters(); }); });
}

Nodes::~Nodes() {
  *alive_ = false;
  disk_.letter_watchers.erase(this);
}

void Nodes::later(std::move_only_function<void()> action) {
  const auto span = static_cast<std::uint64_t>((params_.latency_max - params_.latency_min).count());
  const Millis latency = params_.latency_min + Millis(static_cast<std::int64_t>(prng_.below(span + 1)));
  clock_.call_at(clock_.now() + latency, [alive = alive_, action = std::move(action)]() mutable {
    if (*alive) action();
  });
}

// -- leases -----------------------------------------------------------------------------------------------

void Nodes::beat(ports::Heartbeat heartbeat, ports::Done<Result<ports::NodeView>> done) {
  later([this, heartbeat = std::move(heartbeat), done = std::move(done)]() mutable {
    auto view = renew(heartbeat, clock_.now());
    later([done = std::move(done), view = std::move(view)]() mutable { done(std::move(view)); });
    look_for_letters();
  });
}

Result<ports::NodeView> Nodes::renew(const ports::Heartbeat& heartbeat, Instant at) {
  const auto known = disk_.nodes.find(heartbeat.node);
  if (known != disk_.nodes.end() && known->second.process != params_.process &&
      at - known->second.beaten_at < ports::kLeaseLife)
    return fail(ErrorKind::conflict, "nodes", "another process uses the name " + heartbeat.node);
  disk_.nodes.insert_or_assign(heartbeat.node, Disk::Node{.process = params_.process,
                                                          .version = heartbeat.version,
                                                          .leaving = heartbeat.leaving,
                                                          .beaten_at = at});
  std::erase_if(disk_.letters, [at](const auto& item) { return at - item.second.at > kLettersKept; });
  bool changed = false;
  std::size_t held = 0;
  std::size_t free = 0;
  for (std::size_t shard = 0; shard < disk_.leases.size(); ++shard) {
    Shard& lease = disk_.leases[shard];
    if (is_mine(lease) && heartbeat.handed_back.test(shard)) {
      // Raised here as well, so that no straggler's write passes before somebody else has taken it.
      lease = {.owner = 0, .epoch = lease.epoch + 1, .until = at};
      changed = true;
    }
    if (is_mine(lease)) {
      lease.until = at + ports::kLeaseLife;
      held += 1;
    }
    free += is_free(lease, at) ? 1U : 0U;
  }
  const auto takers = static_cast<std::size_t>(std::ranges::count_if(disk_.nodes, [at](const auto& item) {
    return !item.second.leaving && at - item.second.beaten_at < ports::kLeaseLife;
  }));
  const std::size_t share = heartbeat.leaving ? 0 : (disk_.leases.size() + takers - 1) / takers;
  if (held < share && free > 0) {
    take_free(share - held, at);
    changed = true;
  }
  const bool leads = lead(heartbeat.leaving, at);
  if (changed && disk_.on_change_of_hands) disk_.on_change_of_hands();
  ports::NodeView made = view(share, leads, at);
  if (heartbeat.leaving && made.held.empty()) disk_.nodes.erase(heartbeat.node);
  return made;
}

bool Nodes::is_free(const Shard& lease, Instant at) const {
  return lease.owner == 0 || (!is_mine(lease) && lease.until <= at);
}

void Nodes::take_free(std::size_t count, Instant at) {
  for (Shard& lease : disk_.leases) {
    if (count == 0) return;
    if (!is_free(lease, at)) continue;
    lease = {.owner = params_.process, .epoch = lease.epoch + 1, .until = at + ports::kLeaseLife};
    count -= 1;
  }
}

bool Nodes::lead(bool leaving, Instant at) {
  Shard& lease = disk_.leadership;
  if (leaving) {
    if (is_mine(lease)) lease.owner = 0;
    return false;
  }
  if (is_free(lease, at)) lease = {.owner = params_.process, .epoch = lease.epoch + 1, .until = at};
  if (is_mine(lease)) lease.until = at + ports::kLeaseLife;
  return is_mine(lease);
}

ports::NodeView Nodes::view(std::size_t share, bool leads, Instant at) const {
  ports::NodeView view{.share = share, .leads = leads, .at = at, .timeline = disk_.timeline};
  if (disk_.timeline_rose_at) view.since_timeline = at - *disk_.timeline_rose_at;
  view.held.reserve(disk_.leases.size());
  for (std::size_t shard = 0; shard < disk_.leases.size(); ++shard)
    if (is_mine(disk_.leases[shard]))
      view.held.push_back({static_cast<std::uint8_t>(shard), disk_.leases[shard].epoch});
  for (const auto& [name, node] : disk_.nodes) {
    if (at - node.beaten_at >= ports::kLeaseLife) continue;
    const auto count = std::ranges::count(disk_.leases, node.process, &Shard::owner);
    view.nodes.push_back({.node = name,
                          .version = node.version,
                          .leaving = node.leaving,
                          .shards = static_cast<std::size_t>(count),
                          .since_beat = at - node.beaten_at});
  }
  std::ranges::copy_if(disk_.incidents, std::back_inserter(view.open_incidents),
                       [](const ports::Incident& incident) { return !incident.ended_at; });
  return view;
}

// -- letters ----------------------------------------------------------------------------------------------

void Nodes::send(ports::Letter letter, Millis patience, ports::Done<Result<std::string>> done) {
  if (letter.request.size() > ports::kLetterBytesMax)
    return done(fail(ErrorKind::invalid, "nodes", "a request is too large to be handed on"));
  later([this, letter = std::move(letter), patience, done = std::move(done)]() mutable {
    post(letter, patience, std::move(done));
  });
}

void Nodes::post(const ports::Letter& letter, Millis patience, ports::Done<Result<std::string>> done) {
  const Shard& lease = disk_.leases[static_cast<std::size_t>(letter.id & 0xff)];
  if (lease.owner == 0 || lease.until <= clock_.now()) {
    auto nobody = fail(ErrorKind::unavailable, "nodes", "nobody holds the vehicle's shard now");
    nobody.error().retry_after = kNobodyWait;
    return done(std::move(nobody));
  }
  waiting_.emplace(letter.id, std::move(done));
  clock_.call_at(clock_.now() + patience, [this, alive = alive_, id = letter.id] {
    if (!*alive) return;
    auto late = waiting_.extract(id);
    if (late.empty()) return;
    disk_.letters.erase(id);
    auto timed_out =
        fail(ErrorKind::timed_out, "nodes", "the node that holds the shard did not answer in time");
    timed_out.error().applied = Applied::maybe;
    late.mapped()(std::move(timed_out));
  });
  disk_.letters.emplace(letter.id, Disk::Posted{.request = letter.request, .reply = {}, .at = clock_.now()});
  for (const auto& [who, watcher] : disk_.letter_watchers) watcher();
}

void Nodes::receive(std::function<void(ports::Letter)> take) { take_ = std::move(take); }

void Nodes::look_for_letters() {
  std::vector<ports::Letter> for_us;
  std::vector<std::pair<ports::Done<Result<std::string>>, std::string>> answers;
  for (auto at = disk_.letters.begin(); at != disk_.letters.end();) {
    auto& [id, posted] = *at;
    auto waiter = posted.reply ? waiting_.extract(id) : decltype(waiting_)::node_type();
    if (!waiter.empty()) {
      answers.emplace_back(std::move(waiter.mapped()), std::move(*posted.reply));
      at = disk_.letters.erase(at);
      continue;
    }
    const bool is_for_us = !posted.reply && is_mine(disk_.leases[static_cast<std::size_t>(id & 0xff)]);
    if (is_for_us && take_ && taken_.insert(id).second)
      for_us.push_back({.id = id, .request = posted.request, .reply = {}});
    ++at;
  }
  for (auto& letter : for_us) take_(std::move(letter));
  for (auto& [done, reply] : answers) done(std::move(reply));
}

void Nodes::answer(ports::Letter letter, ports::Done<Status> done) {
  if (letter.reply.size() > ports::kLetterBytesMax)
    return done(fail(ErrorKind::invalid, "nodes", "an answer is too large to be handed on"));
  later([this, letter = std::move(letter), done = std::move(done)]() mutable {
    if (const auto found = disk_.letters.find(letter.id); found != disk_.letters.end())
      found->second.reply = std::move(letter.reply);
    for (const auto& [who, watcher] : disk_.letter_watchers) watcher();
    done({});
  });
}

}  // namespace contactor::store::memory
