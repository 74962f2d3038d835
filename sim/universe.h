#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "clock.h"
#include "faults.h"
#include "ports/store.h"
#include "scenario.h"
#include "store/memory/disk.h"
#include "world/world.h"

namespace contactor::sim {

/// What happens where an outside observer can see it. The checkers listen; nothing answers back.
class Observer {
 public:
  virtual ~Observer() = default;
  /// A write was made durable: the row of this activation, and those of its followers, are new on the disk.
  virtual void step_committed(const ports::ActivationWrite& write) = 0;
  /// Shards belong to other nodes now, or to nobody.
  virtual void hands_changed() = 0;
  virtual void outbox_committed(const ports::OutboxWrite& write) = 0;
  virtual void request_sent(const Life& sender, const ports::HttpRequest& request) = 0;
  /// @param response  null where the caller got no HTTP answer.
  virtual void request_ended(const ports::HttpRequest& request, const ports::HttpResponse* response) = 0;
  /// The engine handed a message to a channel. @param key  the computed key of the notice.
  virtual void notice_sent(std::string_view key) = 0;
  /// An authentic callback that says "applied" was acknowledged.
  virtual void confirmation_acknowledged(std::string_view command_id) = 0;
  /// An authentic callback was handed to the engine, whatever it says.
  virtual void callback_handed_over(std::string_view command_id) = 0;
  virtual void process_starts() = 0;
  /// A process ended by itself so long after it was asked to.
  virtual void left_after(Millis took) = 0;
  /// Timing promises do not hold across this: a crash, a stepped clock, a stalled disk.
  virtual void disturbed() = 0;
  /// The process's wall clock was set.
  virtual void clock_set() = 0;
};

/// One run: true time, the foreign systems, the disk that survives crashes, and what goes wrong.
struct Universe {
  explicit Universe(const Scenario& from);

  const Scenario& scenario;
  Clock clock;
  Faults faults;
  world::World world;
  store::memory::Disk disk;
  Instant iot_down_until;  ///< an outage: every connection is refused
  Instant stripe_down_until;
  Observer* observer = nullptr;
  std::function<void(const LifeRef&)> crash;            ///< ends a running process, from anywhere inside it
  std::function<std::vector<std::uint64_t>()> serving;  ///< processes that live undisturbed and take requests
  std::function<Instant()>
      healthy_since;  ///< of the process that has been undisturbed longest; never: none is
  std::map<std::uint64_t, std::string> node_names;  ///< by process
  std::uint64_t trace = 0xcbf29ce484222325ULL;      ///< a hash of everything observable, for bit-exact replay

  /// Ends the caller's process where the dice say so. @return true: nothing of it lives any more.
  [[nodiscard]] bool crashes(Fault point, const LifeRef& life);
  /// Stops a process where it stands, past its lease more often than not.
  void freeze(const LifeRef& life);
  [[nodiscard]] Millis between(Millis low, Millis high);
  void note(std::string_view what);
};

}  // namespace contactor::sim
