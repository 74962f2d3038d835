#include "store/postgres/open.h"

#include "store/open.h"
#include "store/postgres/nodes.h"
#include "store/postgres/process.h"
#include "store/postgres/store.h"

namespace contactor::store {
namespace postgres {
namespace {

/// Migrations run as text over one session.
class MigrationSql final : public Sql {
 public:
  explicit MigrationSql(Session& session) : session_(session) {}
  [[nodiscard]] Dialect dialect() const override { return Dialect::postgres; }
  Status begin_locked() override {
    // The lock ends with the transaction. Its number stands for "contactor's migrations" and nothing else.
    return run("BEGIN; SELECT pg_advisory_xact_lock(4841369599423283201);");
  }
  Status run(std::string_view script) override {
    if (auto done = session_.run_text(script); !done) return fail(error_of(done.error()));
    return {};
  }
  Result<std::vector<Row>> rows(std::string_view query) override {
    auto rows = session_.run_text(query);
    if (!rows) return fail(error_of(rows.error()));
    return std::move(*rows);
  }

 private:
  Session& session_;
};

Status with_session(const std::string& url, const PostgresTimeouts& timeouts,
                    const std::function<Status(Session&)>& work) {
  CTR_TRY(address, parse_address(url, "migrate", timeouts));
  Identity identity;
  const Closing closing;
  Link link({.address = std::move(address), .timeouts = timeouts, .use = Use::script}, identity, closing);
  CTR_TRY(session, link.session());
  return work(*session);
}

Status prepare_schema(const PostgresParams& params) {
  return with_session(params.url, params.timeouts, [&](Session& session) -> Status {
    MigrationSql sql(session);
    Migrations migrations(sql);
    CTR_CHECK(migrations.verify());
    CTR_TRY(at, migrations.current());
    if (at >= migrations.head()) return {};
    if (params.upgrade) return migrations.upgrade(migrations.head(), params.now);
    return fail(ErrorKind::conflict, "store",
                fmt::format("the database has schema revision {}, this program needs {}: run `contactor "
                            "migrate upgrade head`",
                            at, migrations.head()));
  });
}

}  // namespace

Status with_migrations(const std::string& url, bool only_reads,
                       const std::function<Status(Migrations&)>& work) {
  return with_session(url, {}, [&](Session& session) -> Status {
    MigrationSql sql(session);
    if (only_reads) CTR_CHECK(sql.run("SET default_transaction_read_only = on"));
    Migrations migrations(sql);
    return work(migrations);
  });
}

}  // namespace postgres

Result<PostgresOpened> open_postgres(PostgresParams params) {
  CTR_TRY(address, postgres::parse_address(params.url, params.node, params.timeouts));
  const auto database = std::make_shared<postgres::Database>(
      std::move(address), [post = params.post, tell = params.on_stranger](const Error& error) {
        post([tell, error] { tell(error); });
      });
  CTR_CHECK(postgres::prepare_schema(params));
  const std::string process = postgres::name_of_this_process();
  PostgresOpened opened;
  opened.nodes = std::make_unique<postgres::Nodes>(params, database, process);
  opened.store = std::make_unique<postgres::Store>(std::move(params), database, process);
  return opened;
}

}  // namespace contactor::store
