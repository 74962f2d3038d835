#include "store/fleet_conformance.h"
#include "store/postgres/backend_test.h"
#include "store/postgres/cutting_proxy_test.h"

namespace contactor::store::testing {
namespace {

using Cut = CuttingProxy::Cut;
using ports::FleetOutcome;
using Outcomes = Result<std::vector<FleetOutcome>>;

/// A store whose connections can be broken, and a plain connection beside it.
struct PostgresFleet : ::testing::Test {
  PostgresFleet() {
    auto url = database.url();
    const auto at = url.rfind(':'), slash = url.rfind('/');
    url.replace(at + 1, slash - at - 1, std::to_string(proxy.port()));
    auto made = open_postgres({.url = url,
                               .node = "n1",
                               .post = [this](auto action) { inbox.post(std::move(action)); },
                               .on_broken = [this](const Error&) { ++broken; },
                               .now = kNow,
                               .timeouts = {.lock = Millis(10'000), .outage = Millis(10'000)}});
    if (!made) throw std::runtime_error(made.error().message());
    opened = std::move(*made);
  }
  ~PostgresFleet() override { opened = {}; }

  static int port_of(const std::string& url) { return std::stoi(url.substr(url.rfind(':') + 1)); }
  ports::FleetStore& fleet() { return fleet_of(*opened.store); }
  Outcomes write(ports::FleetWrite write) {
    std::optional<Outcomes> answer;
    fleet().write_vehicles({std::move(write)}, [&](auto outcomes) { answer = std::move(outcomes); });
    while (!answer) inbox.turn();
    return std::move(*answer);
  }
  std::string count(const std::string& of) { return beside.run("SELECT count(*) FROM " + of)[0][0]; }

  int broken = 0;
  PostgresDatabase database;
  CuttingProxy proxy{port_of(PostgresDatabase::server_url())};
  Inbox inbox;
  PostgresOpened opened;
  PostgresConnection beside{database.url()};
};

TEST_F(PostgresFleet, KnowsWhatBecameOfACommitWhoseAnswerWasLost) {
  auto before = a_vehicle(1);
  ASSERT_EQ(write(before).value().at(0), FleetOutcome::applied);
  for (const Cut cut : {Cut::before_commit, Cut::after_commit}) {
    proxy.cut(cut);
    before = a_next(before.after);
    EXPECT_EQ(write(before).value().at(0), FleetOutcome::applied);
    EXPECT_TRUE(proxy.has_cut());
  }
  EXPECT_EQ(count("vehicle WHERE version = 3"), "1");
  EXPECT_EQ(count("vehicle_activation_history"), "3");
  proxy.cut(Cut::after_commit);
  EXPECT_EQ(write(before).value().at(0), FleetOutcome::stale) << "the same step again";
  EXPECT_TRUE(proxy.has_cut());
}

TEST_F(PostgresFleet, ACallThatBreaksARuleHoldsUpNoOther) {
  auto malformed = a_vehicle(1);
  malformed.after.wish.comment = "no text: \xff";
  std::map<int, Outcomes> answers;
  for (int i = 0; i < 3; ++i)
    fleet().write_vehicles({i == 1 ? malformed : a_vehicle(10 + i)},
                           [&, i](auto outcomes) { answers.emplace(i, std::move(outcomes)); });
  while (answers.size() < 3) inbox.turn();
  EXPECT_EQ(answers.at(0).value().at(0), FleetOutcome::applied);
  EXPECT_EQ(answers.at(1).error().kind, ErrorKind::invalid);
  EXPECT_EQ(answers.at(1).error().applied, Applied::no);
  EXPECT_EQ(answers.at(2).value().at(0), FleetOutcome::applied);
  EXPECT_EQ(count("vehicle"), "2");
}

TEST_F(PostgresFleet, StopsForGoodWhereItsTablesAreGone) {
  ASSERT_TRUE(write(a_vehicle(1)));
  beside.run("ALTER TABLE vehicle_activation_history RENAME TO elsewhere");
  EXPECT_FALSE(write(a_vehicle(2)));
  while (broken == 0) inbox.turn();
  beside.run("ALTER TABLE elsewhere RENAME TO vehicle_activation_history");
  const auto after = write(a_vehicle(3));
  ASSERT_FALSE(after) << "the server would take it again";
  EXPECT_EQ(after.error().applied, Applied::no);
  EXPECT_EQ(count("vehicle"), "1");
  EXPECT_EQ(broken, 1);
}

TEST_F(PostgresFleet, HistoryIsOnlyAddedTo) {
  ASSERT_TRUE(write(a_vehicle(1)));
  EXPECT_THROW(beside.run("UPDATE vehicle_activation_history SET run = 'other'"), std::runtime_error);
  EXPECT_THROW(beside.run("DELETE FROM vehicle_activation_history"), std::runtime_error);
  EXPECT_EQ(count("vehicle_activation_history WHERE run = 'run-1'"), "1");
}

}  // namespace
}  // namespace contactor::store::testing
