#pragma once

#include "store/backends_test.h"
#include "store/postgres/database_test.h"

namespace contactor::store::testing {

class PostgresBackend final : public Backend {
 public:
  explicit PostgresBackend(bool is_ahead = false) {
    if (is_ahead) make_one_revision_ahead(database_.url());
    open();
  }
  ports::Store& store() override { return *opened_.store; }
  void restart() override {
    opened_ = {};
    open();
  }
  void turn() override { inbox_.turn(); }
  void add_user(const std::string& id, const std::string& role) override {
    PostgresConnection(database_.url()).run(user_sql(id, role));
  }
  void add_fleet(const std::string& id) override { PostgresConnection(database_.url()).run(fleet_sql(id)); }
  [[nodiscard]] const PostgresDatabase& database() const { return database_; }

 private:
  void open() {
    auto opened = open_postgres({.url = database_.url(),
                                 .node = "n1",
                                 .post = [this](auto action) { inbox_.post(std::move(action)); },
                                 .now = kNow});
    if (!opened) throw std::runtime_error(opened.error().message());
    opened_ = std::move(*opened);
  }
  PostgresDatabase database_;
  Inbox inbox_;
  PostgresOpened opened_;
};

}  // namespace contactor::store::testing
