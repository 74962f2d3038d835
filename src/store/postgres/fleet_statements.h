#pragma once

#include "store/fleet_rows.h"
#include "store/postgres/rowset.h"
#include "store/postgres/session.h"

namespace contactor::store::postgres {

/// The columns of a table as they travel.
template <std::size_t count>
constexpr std::array<Column, count> columns_of(const std::array<FleetColumn, count>& columns) {
  std::array<Column, count> wire{};
  for (std::size_t i = 0; i < count; ++i) {
    const auto& column = columns[i];
    const Type type = column.kind == ColumnKind::text   ? Type::text
                      : column.kind == ColumnKind::int8 ? Type::int8
                      : column.kind == ColumnKind::int4 ? Type::int4
                                                        : Type::boolean;
    const bool may_be_zero = type == Type::int4 || type == Type::boolean;
    wire[i] = {.name = column.name,
               .type = type,
               .empty = column.may_be_null ? Column::Empty::null
                        : may_be_zero      ? Column::Empty::zero
                                           : Column::Empty::never};
  }
  return wire;
}
/// With the shard before them.
template <std::size_t count>
constexpr std::array<Column, count + 1> sharded(const std::array<FleetColumn, count>& columns) {
  std::array<Column, count + 1> wire{Column{"shard", Type::int4}};
  std::ranges::copy(columns_of(columns), wire.begin() + 1);
  return wire;
}

inline constexpr auto kFleetVehicleColumns = sharded(kVehicleRow);
inline constexpr auto kFleetEntryColumns = sharded(kEntryRow);
inline constexpr auto kFleetAlertColumns = sharded(kAlertRow);
inline constexpr auto kFleetMetricColumns = columns_of(kMetricRow);
inline constexpr auto kFleetModelColumns = columns_of(kModelRow);

// Of a batch of vehicles; both answer with the VINs of those that passed the fence.
extern const Statement kPutFirst;  ///< of version 1
extern const Statement kPutNext;
extern const Statement kPutEntries;

// Writes of one statement.
extern const Statement kClaim;  ///< who has it then, and until when
extern const Statement kRelease;
extern const Statement kPutPlan;
extern const Statement kMarkApplied;  ///< how many were marked, and how many there are
extern const Statement kPutMetrics;
extern const Statement kPutModel;  ///< its id
extern const Statement kPutAlerts;
extern const Statement kLinkAdmins;
extern const Statement kPutFirstOwner;  ///< how many passed the fence
extern const Statement kPutNextOwner;   ///< as above
extern const Statement kPutTeslaCode;

}  // namespace contactor::store::postgres
