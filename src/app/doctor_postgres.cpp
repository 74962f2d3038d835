// What `contactor doctor` says of a PostgreSQL server.

#include <fmt/format.h>

#include "app/doctor.h"
#include "app/open_store.h"
#include "app/store_url.h"
#include "store/open.h"
#include "store/survey.h"
#include "task/loop.h"

namespace contactor::app {
namespace {

constexpr int kOldestVersion = 15;
constexpr Millis kSkewNoted = std::chrono::seconds(1);
constexpr Millis kSkewWrong = std::chrono::seconds(5);
// One node needs six: two lanes, readers, its heartbeat and a moment of overlap after a failover.
constexpr std::int64_t kConnectionsWanted = 12;

void check_server(const store::Survey& survey, Findings& findings) {
  if (survey.version < kOldestVersion)
    findings.push_back(
        {Level::error, "store",
         fmt::format("PostgreSQL {} is too old: {} or later is needed", survey.version, kOldestVersion)});
  if (!survey.is_primary)
    findings.push_back({Level::error, "store", "the server is a standby: it takes no writes"});
  if (survey.is_read_only) findings.push_back({Level::error, "store", "the database is closed for writes"});
  if (!survey.syncs)
    findings.push_back(
        {Level::error, "store",
         "fsync or full_page_writes is off: a crash of the server loses what was acknowledged"});
  if (survey.synchronous_commit == "off")
    findings.push_back({Level::error, "store",
                        "synchronous_commit is off: a crash of the server loses what was acknowledged"});
  if (!survey.standbys.empty() &&
      (survey.synchronous_commit == "local" || survey.synchronous_commit == "remote_write"))
    findings.push_back({Level::warning, "store",
                        fmt::format("synchronous_commit is {}: a failover may lose what was acknowledged",
                                    survey.synchronous_commit)});
  findings.push_back(
      {Level::ok, "store",
       fmt::format("PostgreSQL {}, timeline {}, commits wait for {}", survey.version, survey.timeline,
                   survey.standbys.empty() ? "this server only" : "standbys: " + survey.standbys)});
  findings.push_back({survey.connections_free < kConnectionsWanted ? Level::warning : Level::ok, "store",
                      fmt::format("{} connections are free", survey.connections_free)});
}

void check_clock(Millis ahead, Findings& findings) {
  const Millis skew(std::abs(ahead.count()));
  if (skew < kSkewNoted) return;
  findings.push_back({skew < kSkewWrong ? Level::warning : Level::error, "clock",
                      fmt::format("the database's clock is {} ms {} ours: synchronise both", skew.count(),
                                  ahead.count() > 0 ? "ahead of" : "behind")});
}

void check_nodes(const store::Survey& survey, Findings& findings) {
  bool any = false;
  for (const auto& node : survey.nodes) {
    any = any || node.alive;
    findings.push_back({node.alive ? Level::ok : Level::warning, "node",
                        fmt::format("{} {}: {}, {} shards, last beat {} ms ago", node.name, node.version,
                                    !node.alive    ? "gone"
                                    : node.leaving ? "leaving"
                                                   : "up",
                                    node.shards, node.since_beat.count())});
  }
  if (any && survey.shards_unowned > 0)
    findings.push_back({Level::warning, "node",
                        fmt::format("{} shards have no owner at the moment", survey.shards_unowned)});
}

/// Whether the rest of the program can work on this schema as it is.
Result<bool> look(store::Migrations& migrations, Findings& findings) {
  task::Loop clock;
  const Instant asked_at = clock.now();
  CTR_TRY(survey, store::survey(migrations));
  const Instant answered_at = clock.now();
  check_server(survey, findings);
  // The answer was written at some moment of the question's way: halfway is the best guess.
  check_clock(survey.clock - asked_at - (answered_at - asked_at) / 2, findings);
  CTR_CHECK(migrations.verify());
  if (survey.revision < migrations.head())
    findings.push_back(
        {Level::warning, "store",
         fmt::format("the schema is at revision {} of {}: `contactor migrate upgrade head`, or the start "
                     "of a node, brings it up",
                     survey.revision, migrations.head())});
  if (survey.revision > migrations.head())
    findings.push_back(
        {Level::warning, "store", words_about_newer_schema(survey.revision, migrations.head())});
  check_nodes(survey, findings);
  return survey.revision >= migrations.head();
}

}  // namespace

bool check_postgres(const std::string& url, Findings& findings) {
  bool is_usable = false;
  const Status looked = store::with_migrations_read(url, [&](store::Migrations& migrations) -> Status {
    CTR_TRY(usable, look(migrations, findings));
    is_usable = usable;
    return {};
  });
  if (!looked) findings.push_back({Level::error, "store", named_in(looked.error(), url).detail});
  return is_usable;
}

}  // namespace contactor::app
