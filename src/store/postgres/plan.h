#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/postgres/job.h"
#include "store/postgres/statements.h"

namespace contactor::store::postgres {

/// Where an activation's row stands before a step.
enum class Place : std::uint8_t { live, archive };

/// What proves afterwards that a transaction was committed.
struct Evidence {
  Call find;  ///< counts the rows that only this transaction can have left
};

/// The writes of one transaction, taken apart into one rowset for each statement. Kept and refilled, so that
/// its memory is made once.
class Plan {
 public:
  void clear();
  void add(const ports::ActivationWrite& write, Place place);
  void add(const ports::OutboxWrite& write);
  /// From BEGIN to COMMIT. Where nothing of the plan could prove the commit afterwards, a mark is left.
  [[nodiscard]] std::vector<Call> calls(const std::string& writer, std::int64_t number);
  [[nodiscard]] Evidence evidence(const std::string& writer, std::int64_t number) const;

  struct Lease {
    std::uint8_t shard = 0;
    std::uint64_t epoch = 0;
    friend auto operator<=>(const Lease&, const Lease&) = default;
  };
  /// The number under which a refusal of the fence `lease` names it.
  [[nodiscard]] std::optional<std::int64_t> number_of(Lease lease) const;

 private:
  struct NoticeKey {
    std::int64_t activation = 0;
    ota::NoticeEvent event{};
    ota::Channel channel{};
    friend auto operator<=>(const NoticeKey&, const NoticeKey&) = default;
  };
  struct Proof {
    std::int64_t activation = 0;
    std::uint32_t seq = 0;
    ota::Digest hash{};
  };

  void hold(std::uint8_t shard, std::uint64_t epoch);
  void begin(const ota::Activation& activation);
  void move(const ports::ActivationWrite& write, Place place);
  void put(const ports::NoticeRecord& notice);
  void put(const ports::CommandLedger& ledger);
  void put(const ota::Ticket& ticket);
  void owe(const ports::OutboxEntry& entry);
  void bind_notices();

  std::map<Lease, std::int64_t> leases_;
  std::map<NoticeKey, ports::NoticeRecord> notices_;  ///< the last word on each
  std::optional<Proof> proof_;
  Rowset lease_rows_{kLeaseColumns};
  Rowset order_keys_{kOrderKeyColumns};
  Rowset orders_{kOrderColumns};
  Rowset vehicles_{kVehicleColumns};
  Rowset new_live_{kActivationColumns}, new_archived_{kActivationColumns};
  Rowset live_steps_{step_columns()}, archive_steps_{step_columns()};
  Rowset left_live_{kBaseColumns}, left_archive_{kBaseColumns};
  Rowset history_{kHistoryRowColumns};
  Rowset outbox_{kOutboxColumns};
  Rowset outbox_done_{kEntryKeyColumns};
  Rowset outbox_postponed_{kPostponedColumns};
  Rowset notice_rows_{kNoticeColumns};
  Rowset new_ledgers_{kLedgerColumns}, ledgers_{kLedgerColumns};
  Rowset new_tickets_{kTicketColumns}, tickets_{kTicketColumns};
  Rowset replies_{kReplyColumns};
};

}  // namespace contactor::store::postgres
