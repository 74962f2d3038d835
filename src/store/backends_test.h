#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>

#include "store/conformance.h"
#include "store/later_migrations_test.h"
#include "store/memory/store.h"
#include "store/open.h"
#include "store/sqlite/connection.h"

namespace contactor::store::testing {

/// A folder of its own for one test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "contactor-store-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// For both dialects.
inline std::string user_sql(const std::string& id, const std::string& role) {
  return fmt::format(
      "INSERT INTO role (id, role_name) VALUES ('r-{1}', '{1}') ON CONFLICT DO NOTHING; "
      "INSERT INTO \"user\" (id, email, role_id) VALUES ('{0}', '{0}@example.org', 'r-{1}')",
      id, role);
}
inline std::string fleet_sql(const std::string& id) {
  return fmt::format("INSERT INTO fleet (id, fleet_name, created_at) VALUES ('{0}', '{0}', 0)", id);
}

/// The engine's thread, played by the test.
class Inbox {
 public:
  void post(std::move_only_function<void()> action) {
    const std::lock_guard lock(mutex_);
    actions_.push_back(std::move(action));
    ready_.notify_one();
  }
  void turn() {
    std::unique_lock lock(mutex_);
    if (!ready_.wait_for(lock, std::chrono::seconds(30), [this] { return !actions_.empty(); }))
      throw std::runtime_error("the store never answered");
    auto action = std::move(actions_.front());
    actions_.pop_front();
    lock.unlock();
    action();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::move_only_function<void()>> actions_;
};

class SqliteBackend final : public Backend {
 public:
  explicit SqliteBackend(bool is_ahead = false) {
    if (is_ahead) make_one_revision_ahead(path());
    open();
  }
  ports::Store& store() override { return *store_; }
  void restart() override {
    store_.reset();
    open();
  }
  void turn() override { inbox_.turn(); }
  void add_user(const std::string& id, const std::string& role) override { run(user_sql(id, role)); }
  void add_fleet(const std::string& id) override { run(fleet_sql(id)); }
  [[nodiscard]] std::string path() const { return folder_.file("test.db"); }

 private:
  void run(const std::string& sql) {
    if (!(*sqlite::Connection::open({.path = path()}))->run(sql)) throw std::runtime_error(sql);
  }
  void open() {
    auto opened = open_sqlite(
        {.path = path(), .post = [this](auto action) { inbox_.post(std::move(action)); }, .now = kNow});
    if (!opened) throw std::runtime_error(opened.error().message());
    store_ = std::move(*opened);
  }
  Folder folder_;
  Inbox inbox_;
  std::unique_ptr<ports::Store> store_;
};

class MemoryBackend final : public Backend, public ports::Timekeeper {
 public:
  MemoryBackend() { restart(); }
  ports::Store& store() override { return *store_; }
  void restart() override {
    store_ = std::make_unique<memory::Store>(disk_, *this, memory::StoreParams{.latency_max = Millis(9)});
  }
  void turn() override {
    if (planned_.empty()) throw std::runtime_error("the store never answers");
    auto next = planned_.extract(planned_.begin());
    now_ = std::max(now_, next.key());
    next.mapped()();
  }

  void add_user(const std::string& id, const std::string& role) override {
    disk_.fleet.user_roles[id] = role;
  }
  void add_fleet(const std::string& id) override { disk_.fleet.fleets.insert(id); }

 private:
  [[nodiscard]] Instant now() const override { return now_; }
  void call_at(Instant at, std::move_only_function<void()> action) override {
    planned_.emplace(at, std::move(action));
  }

  memory::Disk disk_;
  Instant now_ = kNow;
  std::multimap<Instant, std::move_only_function<void()>> planned_;
  std::unique_ptr<memory::Store> store_;
};

}  // namespace contactor::store::testing
