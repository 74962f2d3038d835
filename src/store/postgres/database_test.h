#pragma once

#include <libpq-fe.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

namespace contactor::store::testing {

/// A plain connection of a test's own, beside whatever it tests.
class PostgresConnection {
 public:
  using Row = std::vector<std::string>;

  explicit PostgresConnection(const std::string& url) : connection_(PQconnectdb(url.c_str()), PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) throw std::runtime_error(trouble());
  }
  /// Any number of statements; the rows of the last one, NULL as an empty text.
  std::vector<Row> run(const std::string& script) {
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection_.get(), script.c_str()),
                                                                PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(trouble());
    std::vector<Row> rows(static_cast<std::size_t>(PQntuples(result.get())));
    for (int row = 0; row < PQntuples(result.get()); ++row)
      for (int column = 0; column < PQnfields(result.get()); ++column)
        rows[static_cast<std::size_t>(row)].emplace_back(PQgetvalue(result.get(), row, column));
    return rows;
  }

 private:
  [[nodiscard]] std::string trouble() const { return PQerrorMessage(connection_.get()); }
  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

/// An empty database of a test's own, on the server that the run of tests keeps (tests/postgres_server.py).
/// Databases are emptied and used again, because dropping one makes the server flush everything it has: two
/// tests that run at the same time never get the same, and one that crashes gives its own back.
class PostgresDatabase {
 public:
  PostgresDatabase() : server_(server_url()) {
    for (number_ = 1; !is_ours(number_);) ++number_;
    make_empty();
  }

  [[nodiscard]] std::string name() const { return fmt::format("contactor_test_{}", number_); }
  [[nodiscard]] std::string url() const { return url_of(name()); }
  /// Statements on the server, outside of this database.
  std::vector<PostgresConnection::Row> on_server(const std::string& script) { return server_.run(script); }

  /// @throws  where the tests were started without a server.
  [[nodiscard]] static std::string server_url() {
    const char* given = std::getenv("CONTACTOR_TEST_POSTGRES");
    if (given == nullptr)
      throw std::runtime_error(
          "CONTACTOR_TEST_POSTGRES is not set: run this by ctest, or by tests/postgres_server.py run "
          "COMMAND");
    std::string url = given;
    if (url.find("://") == url.npos) {
      std::ifstream file(url);
      if (!std::getline(file, url)) throw std::runtime_error(std::string("no server's URL in ") + given);
    }
    return url;
  }

 private:
  /// `postgres://user:password@host:port/postgres` with another database's name.
  [[nodiscard]] static std::string url_of(const std::string& database) {
    const std::string server = server_url();
    return server.substr(0, server.rfind('/') + 1) + database;
  }
  /// The lock is held as long as our connection, so as long as this process at most.
  bool is_ours(int number) {
    return server_.run(fmt::format("SELECT pg_try_advisory_lock(20451, {})", number))[0][0] == "t";
  }
  void make_empty() {
    if (server_.run(fmt::format("SELECT 1 FROM pg_database WHERE datname = '{}'", name())).empty()) {
      server_.run(fmt::format("CREATE DATABASE {} STRATEGY wal_log", name()));
      return;
    }
    server_.run(fmt::format("ALTER DATABASE {} RESET ALL", name()));
    server_.run(fmt::format("ALTER DATABASE {} CONNECTION LIMIT -1", name()));
    server_.run(fmt::format(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{}'", name()));
    PostgresConnection(url()).run(
        "SET client_min_messages = warning; DO $$ DECLARE found text; BEGIN "
        "FOR found IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> "
        "'information_schema' "
        "LOOP EXECUTE format('DROP SCHEMA %I CASCADE', found); END LOOP; "
        "CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC; END $$");
  }

  PostgresConnection server_;
  int number_ = 0;
};

}  // namespace contactor::store::testing
