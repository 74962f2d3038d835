#pragma once

#include "checkers/evidence.h"

namespace contactor::sim {

/// S1, S2, S3, S4, S7, S8, S13: every committed step is one of the published diagram, and the history tells
/// it.
class StateChecker {
 public:
  explicit StateChecker(Evidence& evidence) : evidence_(evidence) {}
  /// Reads what is new of one activation on the disk; the other checkers rely on `seen` being up to date
  /// after it.
  void step(ActivationId id);
  void at_end();

 private:
  void entry(const ota::Activation& row, Seen& seen, const ota::HistoryEntry& entry);
  void path(const ota::Activation& row, const Seen& seen, const ota::HistoryEntry& entry);
  void tally(const ota::Activation& row, Seen& seen, const ota::HistoryEntry& entry);
  void fold(const ota::Activation& row, const Seen& seen, const ota::HistoryEntry& last);
  void truth(const ota::Activation& row, const ota::HistoryEntry& entry);

  Evidence& evidence_;
  std::unordered_map<std::string, ActivationId> orders_;
};

}  // namespace contactor::sim
