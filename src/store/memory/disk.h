#pragma once

#include <array>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "ports/store.h"
#include "store/memory/charging_disk.h"
#include "store/memory/fleet_disk.h"

namespace contactor::store::memory {

/// What a crash leaves behind: every committed row. Applies one write as a whole or refuses it as a whole, by
/// the same fences as a database, and asserts what the schema has as constraints.
class Disk {
 public:
  [[nodiscard]] ports::WriteOutcome apply(const ports::ActivationWrite& write);
  /// False where the ledger's or the lease's fence refused it.
  [[nodiscard]] bool apply(const ports::OutboxWrite& write);

  [[nodiscard]] const ota::Activation* find(ActivationId id) const;
  [[nodiscard]] ports::CommandLedger ledger(const Vin& vin) const;
  [[nodiscard]] std::vector<ActivationId> of_vehicle(const Vin& vin) const;
  [[nodiscard]] ports::Totals totals() const;

  std::map<ActivationId, ota::Activation> live;
  std::map<ActivationId, ota::Activation> archive;
  std::unordered_map<ActivationId, std::vector<ota::HistoryEntry>> history;
  std::unordered_map<std::string, ActivationId> orders;
  std::unordered_map<std::string, ActivationId> payments;
  std::unordered_map<Vin, std::vector<ActivationId>> by_vin;  ///< oldest first
  std::unordered_map<Vin, ports::CommandLedger> ledgers;
  std::map<std::int64_t, ports::OutboxEntry> outbox;
  std::map<std::tuple<ActivationId, ota::NoticeEvent, ota::Channel>, ports::NoticeRecord> notices;
  std::map<TicketId, ota::Ticket> tickets;
  std::map<std::string, ports::Service> services;
  std::map<TokenId, ports::ApiToken> tokens;
  std::map<std::tuple<std::string, std::string, std::string>, ports::IdempotentReply> replies;
  std::vector<ports::Incident> incidents;
  std::map<std::string, Instant> seen_events;
  FleetDisk fleet;
  ChargingDisk charging;

  // -- several nodes; nothing of it is touched where there is only one -------------------------------------
  struct Lease {
    std::uint64_t owner = 0;  ///< a process; 0: nobody
    std::uint64_t epoch = 0;
    Instant until;
  };
  struct Node {
    std::uint64_t process = 0;
    std::string version;
    bool leaving = false;
    Instant beaten_at;
  };
  struct Posted {
    std::string request;
    std::optional<std::string> reply;
    Instant at;
  };
  std::array<Lease, 256> leases;
  Lease leadership;
  std::map<std::string, Node> nodes;
  std::map<std::int64_t, Posted> letters;
  /// For whoever watches a test from outside: told at the moment itself.
  std::function<void(const ports::ActivationWrite&)> on_commit;
  std::function<void()> on_change_of_hands;
  std::map<const void*, std::function<void()>> letter_watchers;  ///< called after every change of a letter
  std::uint64_t timeline = 1;
  std::optional<Instant> timeline_rose_at;

 private:
  std::unordered_set<std::string> owed_keys_;
  [[nodiscard]] bool is_fenced(std::uint8_t shard, std::uint64_t epoch) const {
    return leases[shard].epoch != epoch;
  }
  [[nodiscard]] std::optional<ports::WriteOutcome> refuse(const ports::ActivationWrite& write) const;
  void put(const ota::Activation& activation);
  void put_new(const ota::Activation& activation);
  void append(ActivationId id, const ota::HistoryEntry& entry);
  void owe(const ports::OutboxEntry& entry);
};

}  // namespace contactor::store::memory
