#pragma once

#include "store/postgres/session.h"

namespace contactor::store::postgres {

// A beat: one transaction, one round trip. Parameters are named in the comments.
extern const Statement kBeatAlone;     ///< beats follow one another
extern const Statement kClaimName;     ///< name, process, version, leaving, the process known to be dead
extern const Statement kHandBack;      ///< process, shards
extern const Statement kTakeFree;      ///< process, leaving
extern const Statement kLead;          ///< process, leaving
extern const Statement kNoteTimeline;  ///< system identifier, timeline
extern const Statement kTidyNodes;     ///< process, leaving
extern const Statement kHeldShards;    ///< process
extern const Statement kNodesSeen;
extern const Statement kOpenIncidents;
extern const Statement kBeatSummary;  ///< process, leaving
extern const Statement kWhoHasName;   ///< name

extern const Statement kPostLetter;    ///< shard, id, request; counts 0 where nobody holds the shard
extern const Statement kLettersFor;    ///< shards, and the ids that are known already
extern const Statement kRepliesFor;    ///< shards, ids: of letters sent; each is taken out
extern const Statement kDropLetter;    ///< shard, id
extern const Statement kAnswerLetter;  ///< shard, id, reply

/// What tells the other nodes that a letter or a reply stands ready.
inline constexpr const char* kLetterChannel = "contactor_letter";

}  // namespace contactor::store::postgres
