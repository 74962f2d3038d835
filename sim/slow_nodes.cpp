#include "slow_nodes.h"

namespace contactor::sim {

using std::chrono::seconds;

void SlowNodes::beat(ports::Heartbeat heartbeat, ports::Done<Result<ports::NodeView>> done) {
  Clock& clock = universe_.clock;
  if (clock.now() < away_until_) {
    if (universe_.faults.dice().chance(0.5)) return;
    clock.plan(clock.now() + universe_.between(Millis(50), seconds(5)), life_,
               [done = std::move(done)]() mutable {
                 done(fail(ErrorKind::unavailable, "nodes", "the database is away"));
               });
    return;
  }
  Millis travel = universe_.between(Millis(0), Millis(4));
  if (universe_.faults.strikes(Fault::store_slow)) travel += universe_.between(Millis(100), seconds(5));
  clock.plan(clock.now() + travel, life_,
             [this, heartbeat = std::move(heartbeat), done = std::move(done)]() mutable {
               inner_.beat(std::move(heartbeat), std::move(done));
             });
}

}  // namespace contactor::sim
