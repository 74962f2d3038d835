#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/charging/charging_intake.h"
#include "engine/charging/recut.h"
#include "engine/charging/stream_reading.h"

namespace contactor::engine {

/// One slice on its way: read, compute, link, write; from the beginning where somebody was faster. Keeps
/// itself alive through the callbacks that it hands out.
class Taking : public std::enable_shared_from_this<Taking> {
 public:
  Taking(IntakeParts parts, ChargingDelivery delivery, std::vector<SilentStream> silent,
         ports::Done<Result<TakenDelivery>> done);
  void begin();

 private:
  using EventId = charging::IdOf<charging::ChargingEvent>;
  struct Touched {
    Instant from = Instant::never();
    Instant until;
  };

  void settle();
  void settle_stat(const charging::ChargingStat& stat);
  void settle_event(charging::ChargingEvent event);
  void read_streams();
  void read_told();
  void decide(std::vector<ports::StoredEvent> stored);
  void decide_told(const ports::StoredEvent* stored, const charging::ChargingEvent& told);
  void link();
  void link_vehicle(const Vin& vin, Touched touched, ports::Done<Status> done);
  void link_among(const Vin& vin, Touched touched, std::vector<ports::StoredEvent> told);
  void touch(const charging::ChargingEvent& event);
  void name_places();
  void write();
  void written(ports::ChargingWritten written);
  void mark_quarantined(const std::vector<charging::QuarantinedStat>& quarantined);
  void once_more();
  /// Goes on with `then` where the answer is good, else ends.
  template <class Then>
  auto kept(Then then);

  IntakeParts parts_;
  ChargingDelivery delivery_;
  std::vector<SilentStream> silent_;
  ports::Done<Result<TakenDelivery>> done_;

  // What came in, settled.
  std::map<std::string, std::map<Instant, charging::ChargingStat>> news_;
  std::map<EventId, charging::ChargingEvent> told_;
  std::vector<std::string> faults_;  ///< of each stat; empty: none

  // What one try finds out.
  int tries_ = 0;
  Instant now_;
  std::map<std::string, std::uint64_t> versions_;
  std::vector<StreamRead> reads_;
  std::map<EventId, ports::StoredEvent> changed_;  ///< what will be written
  std::map<charging::IdOf<charging::ChargingStat>, TakenRecord::Kind> kinds_;
  std::map<EventId, TakenRecord> told_kinds_;
  std::map<Vin, Touched> touched_;
  ports::ChargingWrite write_;
  TakenDelivery taken_;
};

}  // namespace contactor::engine
