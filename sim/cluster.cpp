#include "cluster.h"

#include <algorithm>

namespace contactor::sim {

using std::chrono::minutes;

Cluster::Cluster(Universe& universe, const Mutant* mutant) : universe_(universe), mutant_(mutant) {
  const std::size_t count = std::max<std::size_t>(universe.scenario.nodes, 1);
  for (std::size_t number = 0; number < count; ++number)
    processes_.push_back(std::make_unique<Process>(universe, mutant, number));
  universe_.crash = [this](const LifeRef& life) { crash(life); };
  universe_.serving = [this] { return serving(); };
  universe_.healthy_since = [this] { return healthy_since(); };
}

void Cluster::start() {
  for (const auto& process : processes_) {
    const bool is_first = process == processes_.front();
    const Millis wait = is_first ? Millis(0) : universe_.between(Millis(0), minutes(10));
    universe_.clock.plan(universe_.clock.now() + wait, nullptr, [one = process.get()] { one->start(); });
  }
}

engine::Engine* Cluster::ask(std::uint8_t shard) {
  if (processes_.size() > 1 && universe_.faults.dice().chance(0.8))
    for (const auto& process : processes_)
      if (process->number() == universe_.disk.leases[shard].owner) return process->engine();
  return any().engine();
}

Process& Cluster::any() {
  return processes_.size() == 1 ? *processes_.front()
                                : *processes_[universe_.faults.dice().below(processes_.size())];
}

std::uint64_t Cluster::crashes() const {
  std::uint64_t sum = 0;
  for (const auto& process : processes_) sum += process->crashes();
  return sum;
}

void Cluster::crash(const LifeRef& life) {
  for (const auto& process : processes_)
    if (process->owns(life)) return process->crash();
}

void Cluster::heal() {
  for (const auto& process : processes_) process->heal();
}

std::vector<std::uint64_t> Cluster::serving() const {
  std::vector<std::uint64_t> numbers;
  for (const auto& process : processes_)
    if (!process->healthy_since().is_never()) numbers.push_back(process->number());
  return numbers;
}

Instant Cluster::healthy_since() const {
  Instant since = Instant::never();
  for (const auto& process : processes_) since = std::min(since, process->healthy_since());
  return since;
}

}  // namespace contactor::sim
