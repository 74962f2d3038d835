#include "store/postgres/session.h"

#include "store/migrations.h"
#include "store/postgres/backend_test.h"
#include "store/postgres/link.h"
#include "store/postgres/rounds.h"
#include "store/postgres/statements.h"
#include "store/step_notices_test.h"

namespace contactor::store::postgres {
namespace {

using testing::PostgresBackend;
using testing::PostgresDatabase;

Failure said(const char* state) { return {.state = state, .message = "m"}; }

TEST(PostgresFailure, EachStateHasAKindThatSaysWhatToDo) {
  const std::vector<std::pair<const char*, ErrorKind>> wanted{
      {"53100", ErrorKind::exhausted},    {"53300", ErrorKind::exhausted},
      {"53200", ErrorKind::exhausted},    {"25006", ErrorKind::unavailable},
      {"40001", ErrorKind::unavailable},  {"40P01", ErrorKind::unavailable},
      {"55P03", ErrorKind::unavailable},  {"57014", ErrorKind::timed_out},
      {"57P01", ErrorKind::unavailable},  {"57P02", ErrorKind::unavailable},
      {"57P03", ErrorKind::unavailable},  {"08006", ErrorKind::unavailable},
      {"23514", ErrorKind::invalid},      {"22021", ErrorKind::invalid},
      {"28P01", ErrorKind::unauthorized}, {"42501", ErrorKind::unauthorized},
      {"42P01", ErrorKind::internal},     {"XX001", ErrorKind::internal}};
  for (const auto& [state, kind] : wanted) {
    const Error error = error_of(said(state));
    EXPECT_EQ(error.kind, kind) << state;
    EXPECT_EQ(error.applied, Applied::no);
    const bool passes = kind == ErrorKind::exhausted || kind == ErrorKind::unavailable;
    EXPECT_TRUE(!passes || error.retry_after) << state;
  }
  EXPECT_TRUE(is_transient(said("40001")) && is_transient(said("40P01")));
  EXPECT_FALSE(is_transient(said("23505")));
}

TEST(PostgresFailure, ReadsTheIdsThatAFenceNames) {
  EXPECT_EQ(missing_in({.state = "CT001", .detail = "12,3400000000000"}),
            (std::vector<std::int64_t>{12, 3400000000000}));
  EXPECT_TRUE(missing_in({.state = "CT001"}).empty());
}

TEST(PostgresAddress, HasOneSetOfOptionsForEachHost) {
  const auto address =
      parse_address("postgres://u:secret@db-1:5433,localhost:5434/contactor?sslrootcert=system", "n1", {});
  ASSERT_TRUE(address);
  ASSERT_EQ(address->hosts.size(), 2U);
  EXPECT_EQ(address->hosts[0].at("host"), "db-1");
  EXPECT_EQ(address->hosts[1].at("port"), "5434");
  EXPECT_EQ(address->hosts[0].at("sslmode"), "verify-full");
  EXPECT_FALSE(address->hosts[1].contains("sslmode"));
  EXPECT_EQ(address->hosts[0].at("target_session_attrs"), "read-write");
  EXPECT_EQ(address->hosts[0].at("application_name"), "contactor/n1");
  EXPECT_EQ(address->name, "db-1:5433,localhost:5434/contactor");
}

TEST(PostgresAddress, LetsTheUrlSayOtherwise) {
  const auto address = parse_address("postgresql://db-1/c?sslmode=require&application_name=x", "n1", {});
  EXPECT_EQ(address->hosts[0].at("sslmode"), "require");
  EXPECT_EQ(address->hosts[0].at("application_name"), "x");
}

TEST(PostgresAddress, RefusesWhatIsNoUrlWithoutRepeatingIt) {
  for (const auto* url :
       {"postgres://u:secret@host:1/c?nonsense=1", "postgres://u:secret@a:1,b:2,c/d?host=a,b"}) {
    const auto address = parse_address(url, "n1", {});
    ASSERT_FALSE(address) << url;
    EXPECT_EQ(address.error().kind, ErrorKind::invalid);
    EXPECT_EQ(address.error().message().find("secret"), std::string::npos);
  }
}

TEST(PostgresIdentity, AdmitsTheSameSystemOnNoEarlierTimeline) {
  int told = 0;
  Identity identity([&](const Error&) { ++told; });
  const ServerProof first{.system_identifier = "7", .timeline = 3};
  const ServerProof stranger{.system_identifier = "8", .timeline = 9};
  EXPECT_TRUE(identity.admit(first));
  EXPECT_TRUE(identity.admit({.system_identifier = "7", .timeline = 4}));
  EXPECT_EQ(identity.admit(first).error().kind, ErrorKind::unavailable);
  EXPECT_FALSE(identity.is_stranger(first));
  const auto refused = identity.admit(stranger);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(identity.is_stranger(stranger));
  for (int i = 0; i < 2; ++i) identity.met_only_strangers(refused.error());
  EXPECT_EQ(told, 1);
}

TEST(PostgresRounds, PutStepsOfOneThingBehindEachOther) {
  std::vector<std::unique_ptr<Job>> jobs;
  const auto add = [&](ports::ActivationWrite write) {
    jobs.push_back(std::make_unique<StepJob>(testing::shared(std::move(write)), [](auto) {}));
  };
  const auto first = testing::a_new_one(1);
  add(first);
  add(testing::a_new_one(2));
  add(testing::a_step(first.after));
  auto follower = testing::a_new_one(3);
  follower.followers = {testing::a_new_one(2).after};
  add(follower);
  std::vector<Job*> given;
  for (const auto& job : jobs) given.push_back(job.get());
  const auto rounds = rounds_of(given);
  ASSERT_EQ(rounds.size(), 2U);
  EXPECT_EQ(rounds[0], (std::vector{given[0], given[1]}));
  EXPECT_EQ(rounds[1], (std::vector{given[2], given[3]}));
}

struct PostgresSession : ::testing::Test {
  Result<Session*> session(Use use) {
    link.emplace(LinkParams{.address = *parse_address(database.url(), "n1", {}), .timeouts = {}, .use = use},
                 identity, closing);
    return link->session();
  }
  PostgresDatabase database;
  Identity identity;
  Closing closing;
  std::optional<Link> link;
};

TEST_F(PostgresSession, PlansHotStatementsByKeyThoughTheTablesAreEmpty) {
  ASSERT_TRUE(with_migrations(database.url(), [](Migrations& migrations) {
    return migrations.upgrade(migrations.head(), testing::kNow);
  }));
  Session* const hot = session(Use::hot).value();
  for (const auto* statement : {&kHoldLeases, &kUpdateLive, &kUpdateArchive, &kDeleteLive, &kDeleteArchive,
                                &kUpdateLedgers, &kUpdateTickets, &kDeleteOutbox, &kPostponeOutbox}) {
    int parameters = 0;
    for (std::size_t at = 0; (at = statement->sql.find('$', at)) != std::string::npos; ++at)
      parameters = std::max(parameters, std::atoi(statement->sql.c_str() + at + 1));
    std::string nulls = "NULL";
    for (int i = 1; i < parameters; ++i) nulls += ", NULL";
    ASSERT_TRUE(hot->run_text(fmt::format("PREPARE {} AS {}", statement->name, statement->sql)));
    const auto plan = hot->run_text(fmt::format("EXPLAIN EXECUTE {}({})", statement->name, nulls));
    ASSERT_TRUE(plan) << plan.error().message;
    std::string text;
    for (const auto& row : *plan) text += row.at(0) + "\n";
    EXPECT_NE(text.find("Index Scan using"), std::string::npos) << text;
    for (const auto* slow : {"Seq Scan", "Hash Join", "Merge Join", "Bitmap"})
      EXPECT_EQ(text.find(slow), std::string::npos) << statement->name << "\n" << text;
  }
}

TEST_F(PostgresSession, EndsATransactionThatHasFailed) {
  Session* const open = session(Use::hot).value();
  const Statement fails{"fails", "SELECT 1 / $1::int4"};
  const Call calls[] = {{.statement = &kBegin, .values = {}},
                        {.statement = &fails, .values = Values().int4(0)},
                        {.statement = &kCommit, .values = {}}};
  const auto failed = open->run(calls);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().state, "22012");
  const Call fine[] = {{.statement = &fails, .values = Values().int4(1)}};
  auto answers = open->run(fine);
  ASSERT_TRUE(answers);
  ASSERT_TRUE(answers->at(0).next());
  EXPECT_EQ(answers->at(0).read_number(), 1);
}

TEST_F(PostgresSession, ReadsNumbersOfEveryWidth) {
  Session* const open = session(Use::reports).value();
  const Statement numbers{"numbers",
                          "SELECT true, (-2)::int2, (-3)::int4, (-4)::int8, NULL::int8, 'ü'::text"};
  const Call call{.statement = &numbers, .values = {}};
  auto answers = open->run({&call, 1});
  auto& row = answers->at(0);
  ASSERT_TRUE(row.next());
  for (const std::int64_t wanted : {1, -2, -3, -4}) EXPECT_EQ(row.read_number(), wanted);
  EXPECT_FALSE(row.read_optional_moment());
  EXPECT_EQ(row.read_text(), "ü");
  EXPECT_FALSE(row.next());
}

TEST_F(PostgresSession, MigrationsGoUpAndDownAndLeaveNothing) {
  const auto tables = [&] {
    return testing::PostgresConnection(database.url())
        .run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration'")
            [0][0];
  };
  ASSERT_TRUE(with_migrations(database.url(), [&](Migrations& migrations) -> Status {
    CTR_CHECK(migrations.upgrade(migrations.head(), testing::kNow));
    EXPECT_NE(tables(), "0");
    CTR_CHECK(migrations.verify());
    return migrations.downgrade(0);
  }));
  EXPECT_EQ(tables(), "0");
  const auto refused = with_migrations_read(database.url(), [](Migrations& migrations) {
    return migrations.upgrade(migrations.head(), testing::kNow);
  });
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
}

TEST_F(PostgresSession, NoticesOfStepsBecomeRowsOnTheWayDown) {
  const int revision = testing::revision_of("step_notices");
  ASSERT_TRUE(with_migrations(database.url(), [&](Migrations& migrations) -> Status {
    CTR_CHECK(migrations.upgrade(revision, testing::kNow));
    testing::PostgresConnection(database.url()).run(testing::step_notices_sql("shard, ", "0, "));
    return migrations.downgrade(revision - 1);
  }));
  const auto rows = testing::PostgresConnection(database.url()).run(std::string(testing::kNoticeRows));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0][0], "A unavailable 2 new");
  EXPECT_EQ(rows[1][0], "B unavailable 1 a \"b\"");
  EXPECT_EQ(rows[2][0], "C sent 3 late");
}

}  // namespace
}  // namespace contactor::store::postgres
