#include "http_client/beast_pool.h"

#include <gtest/gtest.h>

#include <vector>

#include "http_client/scripted_server.h"
#include "task/loop.h"

namespace contactor::http_client {
namespace {

TEST(BeastPool, RefusesWhenItsQueueIsFull) {
  task::Loop loop;
  ScriptedServer server([](Peer& peer) { peer.wait_for_end(); });
  auto pool = BeastPool::create(loop, {.connections_per_origin_max = 1, .queue_max = 1}).value();
  std::vector<ErrorKind> ends;
  for (int i = 0; i < 3; ++i)
    pool->send(
        {.url = "http://127.0.0.1:" + std::to_string(server.port()), .respond_by = loop.now() + Millis(100)},
        [&](const Result<ports::HttpResponse>& answer) {
          ends.push_back(answer.error().kind);
          if (ends.size() == 3) loop.stop();
        });
  loop.run();
  EXPECT_EQ(ends, (std::vector{ErrorKind::exhausted, ErrorKind::timed_out, ErrorKind::timed_out}));
}

}  // namespace
}  // namespace contactor::http_client
