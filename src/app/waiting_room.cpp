#include "app/waiting_room.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "api/problem.h"
#include "app/open_store.h"
#include "base/log.h"
#include "server/listener.h"
#include "store/open.h"

namespace contactor::app {
namespace {

constexpr Millis kPause = std::chrono::seconds(1);
constexpr Millis kToldEvery = std::chrono::seconds(10);

/// What time alone may repair.
bool may_come_back(const std::string& db, const Error& error) {
  const bool is_away = error.kind == ErrorKind::unavailable || error.kind == ErrorKind::exhausted ||
                       error.kind == ErrorKind::timed_out;
  return store::is_postgres(db) && error.origin == "postgres" && is_away;
}

/// Answers probes; whoever wants anything else comes back.
class Porter final : public api::Handler {
 public:
  explicit Porter(const task::Loop& loop) : loop_(loop), since_(loop.monotonic()) {}

  void handle(api::Request request, api::Respond respond) override {
    const auto path = std::string_view(request.target).substr(0, request.target.find('?'));
    if (path == "/healthz")
      return respond({.status = 200,
                      .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
                      .body = "{\"status\":\"up\"}"});
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(loop_.monotonic() - since_);
    respond(api::to_response(
        {.status = 503,
         .slug = "unavailable",
         .title = "Not ready",
         .detail = fmt::format("The database has not answered since the start, {} s ago.", waited.count()),
         .errors = {},
         .retry_after = std::chrono::seconds(1),
         .headers = {{"Cache-Control", "no-store"}}},
        {}));
  }
  bool open_stream(const api::Request&,
                   std::move_only_function<std::shared_ptr<api::Stream>(api::Response)>) override {
    return false;
  }

 private:
  const task::Loop& loop_;
  Millis since_;
};

/// The end of the waiting, which may come from either thread.
class End {
 public:
  void announce() {
    {
      const std::lock_guard lock(mutex_);
      has_come_ = true;
    }
    come_.notify_all();
  }
  /// Waits so long for it at most.
  [[nodiscard]] bool has_come(Millis within) {
    std::unique_lock lock(mutex_);
    return come_.wait_for(lock, within, [this] { return has_come_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable come_;
  bool has_come_ = false;  ///< guarded by `mutex_`
};

/// Asks for the database on a thread of its own until it answers, refuses us, or the end has come.
void knock(const std::string& db, const task::Loop& clock, Millis give_up_at, End& end) {
  Millis tell_at = clock.monotonic() + kToldEvery;
  do {
    auto answer = store::with_migrations_read(db, [](store::Migrations&) { return Status(); });
    if (answer) return;
    const Error error = named_in(std::move(answer.error()), db);
    if (!may_come_back(db, error)) return;
    if (clock.monotonic() >= tell_at) {
      log::warn("serve", "still waiting for the database: {}", error.detail);
      tell_at = clock.monotonic() + kToldEvery;
    }
  } while (clock.monotonic() < give_up_at && !end.has_come(kPause));
}

}  // namespace

Result<std::unique_ptr<Node>> WaitingRoom::create_node() {
  const Millis give_up_at = loop.monotonic() + params.config.database_wait;
  for (;;) {
    auto node = Node::create(loop, params);
    if (node || !may_come_back(params.config.db, node.error()) || loop.monotonic() >= give_up_at) return node;
    wait_for_database(node.error(), give_up_at);
    if (is_given_up()) return nullptr;
  }
}

void WaitingRoom::wait_for_database(const Error& why, Millis give_up_at) {
  log::warn("serve", "waiting for the database, {} at most: {}",
            to_duration_text(std::chrono::ceil<std::chrono::seconds>(give_up_at - loop.monotonic())),
            why.detail);
  Porter porter(loop);
  auto listener = server::Listener::create(loop, porter, {.host = params.host, .port = params.port});
  if (listener) {
    params.port = (*listener)->port();
    log::info("serve", "answering probes on http://{}:{}", params.host, params.port);
  } else {
    log::warn("serve", "probes are not answered meanwhile: {}", listener.error().detail);
  }
  End end;
  std::thread knocking([&] {
    knock(params.config.db, loop, give_up_at, end);
    loop.post([this] { loop.stop(); });
  });
  // A signal stops the loop as well.
  loop.run();
  end.announce();
  knocking.join();
  if (!listener) return;
  bool is_closed = false;
  (*listener)->close([&] {
    is_closed = true;
    loop.stop();
  });
  while (!is_closed) loop.run();
}

}  // namespace contactor::app
