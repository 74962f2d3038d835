#include "app/open_store.h"

#include "store/open.h"

namespace contactor::app {

Result<std::unique_ptr<ports::Store>> open_store(const std::string& url, task::Loop& loop,
                                                 ports::Timekeeper& time) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (!url.starts_with(kSqlite))
    return fail(ErrorKind::invalid, "config",
                "this build keeps its data in SQLite: name the store sqlite:PATH");
  return store::open_sqlite(
      {.path = url.substr(kSqlite.size()),
       .post = [&loop](std::move_only_function<void()> action) { loop.post(std::move(action)); },
       .now = time.now()});
}

}  // namespace contactor::app
