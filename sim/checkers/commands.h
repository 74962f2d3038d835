#pragma once

#include <deque>

#include "checkers/evidence.h"

namespace contactor::sim {

/// C1 to C4, C6 to C10: what is sent to cars, how often, and after which committed intent.
class CommandChecker {
 public:
  explicit CommandChecker(Evidence& evidence) : evidence_(evidence) {}
  /// To be called before the state checker takes note of the new entries.
  void step(ActivationId id);
  void request_sent(const ports::HttpRequest& request);
  void request_ended(const ports::HttpRequest& request, const ports::HttpResponse* response);
  /// The engine was told by the car or the API how this command ended.
  void told_end_of(std::string_view command_id);
  /// Reads what is new in the world's log of arrivals.
  void look();
  void at_end();

 private:
  struct Arrived {
    Vin vin;
    std::string service_id;
    bool enable = true;
    std::uint64_t generation = 0;
  };
  /// When a command counts against the hour: one that comes after its sender gave up counts when it left.
  [[nodiscard]] Instant counted_at(const world::CommandArrival& arrival) const;
  void entry(const ota::Activation& row, Seen& seen, const ota::HistoryEntry& entry);
  void sent(const ota::Activation& row, Seen& seen, const ota::HistoryEntry& entry);
  void backed_off(const ota::Activation& row, Seen& seen, const ota::HistoryEntry& entry);
  void answered_in_time(const ota::Activation& row, const Seen& seen, const ota::HistoryEntry& entry);
  void one_at_a_time(const ota::Activation& row);
  void budget(const world::CommandArrival& arrival);
  void not_overlapping(const ota::Activation& row, const std::string& command_id);
  void tickets();

  Evidence& evidence_;
  std::size_t arrivals_seen_ = 0;
  std::unordered_map<std::string, Arrived> arrived_;
  std::unordered_map<Vin, std::deque<Instant>> hour_;
  std::unordered_map<std::string, Instant> left_at_;  ///< by command
  std::unordered_map<Vin, ActivationId> in_flight_;
  /// The newest command of a vehicle, as our side knows it.
  struct Newest {
    std::string command_id;
    Instant committed_at;
    std::uint64_t clock_settings = 0;
    bool left = false;   ///< it was on the wire at least once
    bool ended = false;  ///< definitely refused, or its end was told
  };
  std::unordered_map<Vin, Newest> newest_;
  std::map<std::pair<Vin, std::uint64_t>, std::string> generations_;
};

}  // namespace contactor::sim
