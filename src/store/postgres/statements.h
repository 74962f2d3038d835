#pragma once

#include <vector>

#include "store/postgres/rows.h"
#include "store/postgres/session.h"

namespace contactor::store::postgres {

/// The columns of an update: what changes, and how many history entries came with it.
[[nodiscard]] std::span<const Column> step_columns();
inline constexpr std::array kBaseColumns{
    Column{"shard", Type::int4},
    Column{"id", Type::int8},
    Column{"version", Type::int4},
    Column{"history_count", Type::int4},
};
inline constexpr std::array kLeaseColumns{Column{"shard", Type::int4}, Column{"epoch", Type::int8},
                                          Column{"n", Type::int8}};
inline constexpr std::array kVehicleColumns{Column{"shard", Type::int4}, Column{"vin", Type::text},
                                            Column{"model", Type::text, zero},
                                            Column{"created_at", Type::int8}};
inline constexpr std::array kOrderKeyColumns{Column{"order_id", Type::text},
                                             Column{"activation_id", Type::int8}};
inline constexpr std::array kEntryKeyColumns{Column{"shard", Type::int4}, Column{"id", Type::int8}};
inline constexpr std::array kPostponedColumns{
    Column{"shard", Type::int4},        Column{"id", Type::int8},
    Column{"tries", Type::int4},        Column{"unknown", Type::boolean, zero},
    Column{"first_try_at", Type::int8}, Column{"next_try_at", Type::int8},
    Column{"detail", Type::text, zero},
};

// The statements of a batch. Each takes one rowset, and touches exactly as many rows as it has or takes the
// whole transaction back; those that say so let fewer pass.
extern const Statement kBegin;
extern const Statement kCommit;
extern const Statement kHoldLeases;  ///< nobody takes them over before the transaction ends
extern const Statement kClaimOrders;
extern const Statement kInsertOrders;
extern const Statement kInsertVehicles;  ///< those that are known already stay as they are
extern const Statement kInsertLive;
extern const Statement kInsertArchive;
extern const Statement kUpdateLive;
extern const Statement kUpdateArchive;
extern const Statement kDeleteLive;
extern const Statement kDeleteArchive;
extern const Statement kInsertHistory;
extern const Statement kInsertOutbox;
extern const Statement kDeleteOutbox;    ///< what is gone already may be gone
extern const Statement kPostponeOutbox;  ///< as above
extern const Statement kPutNotices;
extern const Statement kInsertLedgers;
extern const Statement kUpdateLedgers;
extern const Statement kInsertTickets;
extern const Statement kUpdateTickets;
extern const Statement kInsertReplies;
extern const Statement kMarkCommit;  ///< writer, number

// What looks into one write that was refused, and into a commit whose answer was lost.
extern const Statement kLookIntoStep;
extern const Statement kFindHistory;
extern const Statement kFindMark;
extern const Statement kEndBackend;

}  // namespace contactor::store::postgres
