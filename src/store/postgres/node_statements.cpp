#include "store/postgres/node_statements.h"

#include "ports/nodes.h"

#include <fmt/format.h>

namespace contactor::store::postgres {
namespace {

/// The server's clock as it goes on inside a transaction, which may have waited for another beat.
constexpr std::string_view kNow = "clock_timestamp()";

std::string seconds(Millis duration) { return fmt::format("interval '{} milliseconds'", duration.count()); }

const std::string kAlive = fmt::format("SELECT process FROM node WHERE until > {}", kNow);

std::string claim_name() {
  return fmt::format(
      "WITH u AS (INSERT INTO node AS n (name, process, version, leaving, beat_at, until) VALUES ($1::text, "
      "$2::text, $3::text, $4::bool, {0}, {0} + {1}) ON CONFLICT (name) DO UPDATE SET process = "
      "excluded.process, version = excluded.version, leaving = excluded.leaving, beat_at = excluded.beat_at, "
      "until = excluded.until WHERE n.process IN (excluded.process, $5::text) OR n.until <= {0} RETURNING 1) "
      "SELECT contactor_fence('name', '{{1}}', (SELECT array_agg(1::int8) FROM u))",
      kNow, seconds(ports::kLeaseLife));
}

/// ceil(256 / nodes that take)
std::string share() {
  return fmt::format(
      "CASE WHEN $2::bool THEN 0 ELSE (SELECT (255 + count(*)) / greatest(count(*), 1) FROM node WHERE NOT "
      "leaving AND until > {}) END",
      kNow);
}

std::string take_free() {
  // A lease row that somebody's batch still holds is left for the next beat.
  return fmt::format(
      "WITH free AS (SELECT shard FROM shard_lease WHERE owner = '' OR owner NOT IN ({}) ORDER BY shard "
      "LIMIT "
      "greatest(0, {} - (SELECT count(*) FROM shard_lease WHERE owner = $1::text)) FOR UPDATE SKIP LOCKED) "
      "UPDATE shard_lease AS l SET owner = $1, epoch = l.epoch + 1 FROM free WHERE l.shard = free.shard",
      kAlive, share());
}

std::string lead() {
  return fmt::format(
      "UPDATE node_leader SET owner = CASE WHEN $2::bool THEN '' ELSE $1::text END, term = term + CASE WHEN "
      "owner = $1 THEN 0 ELSE 1 END WHERE owner = $1 OR (NOT $2 AND owner NOT IN ({}))",
      kAlive);
}

std::string note_timeline() {
  return fmt::format(
      "INSERT INTO store_timeline AS t (one, system_identifier, timeline, generation, seen_at) VALUES (true, "
      "$1::text, $2::int8, 1, {0}) ON CONFLICT (one) DO UPDATE SET system_identifier = "
      "excluded.system_identifier, timeline = excluded.timeline, generation = t.generation + 1, seen_at = "
      "{0} "
      "WHERE (t.system_identifier, t.timeline) <> (excluded.system_identifier, excluded.timeline)",
      kNow);
}

std::string tidy() {
  return fmt::format(
      "WITH letters AS (DELETE FROM letter WHERE sent_at < {0} - interval '1 minute'), marks AS (DELETE FROM "
      "store_commit WHERE at < {0} - interval '1 day') DELETE FROM node WHERE until < {0} - interval '1 "
      "hour' OR "
      "($2::bool AND process = $1::text AND NOT EXISTS (SELECT FROM shard_lease WHERE owner = $1))",
      kNow);
}

/// Whole milliseconds from a moment until now.
std::string since(std::string_view moment) {
  return fmt::format("greatest(0, extract(epoch FROM {} - {}) * 1000)::int8", kNow, moment);
}

std::string summary() {
  return fmt::format(
      "SELECT (extract(epoch FROM {}) * 1000)::int8, ({})::int8, EXISTS (SELECT FROM node_leader WHERE owner "
      "= "
      "$1::text), t.generation, {} FROM store_timeline AS t",
      kNow, share(), since("t.seen_at"));
}

std::string with_notice(std::string_view change) {
  return fmt::format(
      "WITH l AS ({} RETURNING shard) SELECT count(*), (SELECT pg_notify('{}', shard::text) FROM l) FROM l",
      change, kLetterChannel);
}

}  // namespace

// The number stands for "contactor's beats" and nothing else.
const Statement kBeatAlone{"beat_alone", "SELECT pg_advisory_xact_lock(4841369599423283202)"};
const Statement kClaimName{"claim_name", claim_name()};
// The epoch rises here as well, so that no straggler's write passes before somebody else has taken it.
const Statement kHandBack{
    "hand_back",
    "UPDATE shard_lease SET owner = '', epoch = epoch + 1 WHERE owner = $1::text AND shard "
    "= ANY ($2::int4[])"};
const Statement kTakeFree{"take_free", take_free()};
const Statement kLead{"lead", lead()};
const Statement kNoteTimeline{"note_timeline", note_timeline()};
const Statement kTidyNodes{"tidy_nodes", tidy()};
const Statement kHeldShards{"held_shards",
                            "SELECT shard, epoch FROM shard_lease WHERE owner = $1::text ORDER BY shard"};
const Statement kNodesSeen{
    "nodes_seen",
    fmt::format(
        "SELECT n.name, n.version, n.leaving, {}, (SELECT count(*) FROM shard_lease AS l WHERE l.owner = "
        "n.process) FROM node AS n WHERE n.until > {} ORDER BY n.name",
        since("n.beat_at"), kNow)};
const Statement kOpenIncidents{
    "open_incidents",
    "SELECT cause, opened_at, ended_at, detail, held_back FROM incident WHERE ended_at "
    "IS NULL ORDER BY opened_at DESC, cause"};
const Statement kBeatSummary{"beat_summary", summary()};
const Statement kWhoHasName{"who_has_name", "SELECT process FROM node WHERE name = $1::text"};

const Statement kPostLetter{
    "post_letter",
    with_notice(
        fmt::format("INSERT INTO letter (shard, id, request, sent_at) SELECT $1::int4, $2::int8, $3::bytea, "
                    "{} WHERE EXISTS (SELECT FROM shard_lease WHERE shard = $1 AND owner IN ({}))",
                    kNow, kAlive))};
const Statement kLettersFor{"letters_for",
                            "SELECT id, request FROM letter WHERE shard = ANY ($1::int4[]) AND reply IS NULL "
                            "AND id <> ALL ($2::int8[]) ORDER BY sent_at, id"};
const Statement kRepliesFor{
    "replies_for",
    "DELETE FROM letter AS l USING (SELECT unnest($1::int4[]) AS shard, unnest($2::int8[]) AS id) AS i WHERE "
    "l.shard = i.shard AND l.id = i.id AND l.reply IS NOT NULL RETURNING l.id, l.reply"};
const Statement kDropLetter{"drop_letter", "DELETE FROM letter WHERE shard = $1::int4 AND id = $2::int8"};
const Statement kAnswerLetter{
    "answer_letter",
    with_notice(
        "UPDATE letter SET reply = $3::bytea WHERE shard = $1::int4 AND id = $2::int8 AND reply IS NULL")};

}  // namespace contactor::store::postgres
