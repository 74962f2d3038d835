#include "app/open_store.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/store_url.h"
#include "base/log.h"
#include "store/open.h"

namespace contactor::app {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kPostgres = "postgres";

store::Post posting_to(task::Loop& loop) {
  return [&loop](std::move_only_function<void()> action) { loop.post(std::move(action)); };
}

Result<OpenedStore> open_database(const std::string& url, const std::string& node, task::Loop& loop,
                                  ports::Timekeeper& time, std::function<void(const Error&)> on_broken) {
  auto opened = store::open_postgres({.url = url,
                                      .node = node,
                                      .post = posting_to(loop),
                                      .on_broken = std::move(on_broken),
                                      // A restart would take the stranger for its own: the operator decides.
                                      .on_stranger =
                                          [](const Error& error) {
                                            log::error("store", "nothing is stored until ours is back: {}",
                                                       error.detail);
                                          },
                                      .now = time.now()});
  if (!opened) return fail(named_in(std::move(opened.error()), url));
  return OpenedStore{.store = std::move(opened->store), .nodes = std::move(opened->nodes)};
}

}  // namespace

Result<OpenedStore> open_store_of_node(const std::string& url, const std::string& node, task::Loop& loop,
                                       ports::Timekeeper& time, std::function<void(const Error&)> on_broken) {
  if (store::is_postgres(url)) return open_database(url, node, loop, time, std::move(on_broken));
  if (!url.starts_with(kSqlite))
    return fail(ErrorKind::invalid, "config", "the store is named sqlite:PATH or postgres://…");
  CTR_TRY(opened, store::open_sqlite({.path = url.substr(kSqlite.size()),
                                      .post = posting_to(loop),
                                      .on_broken = std::move(on_broken),
                                      .now = time.now()}));
  return OpenedStore{.store = std::move(opened), .nodes = nullptr};
}

Error named_in(Error error, const std::string& url) {
  if (!store::is_postgres(url)) return error;
  error.origin = kPostgres;
  error.detail = fmt::format("{}: {}", shown(url), error.detail);
  // A server speaks in several lines; an operator searches for one.
  std::ranges::replace(error.detail, '\n', ' ');
  return error;
}

int exit_status_of(const Error& error) {
  if (error.kind == ErrorKind::invalid || error.kind == ErrorKind::not_found) return 2;
  return error.origin == kPostgres && error.kind != ErrorKind::internal ? 2 : 1;
}

}  // namespace contactor::app
