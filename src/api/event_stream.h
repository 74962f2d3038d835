#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "api/gate.h"
#include "api/http.h"
#include "ota/activation.h"
#include "ports/timekeeper.h"

namespace contactor::api {

/// Sends every committed step to those who may see it, as server-sent events. Keeps a bounded past, so that a
/// client that comes back with `Last-Event-ID` misses nothing or is told that it did.
class EventStream : public std::enable_shared_from_this<EventStream> {
 public:
  EventStream(Gate& gate, ports::Timekeeper& time, std::uint64_t boot);

  struct Visitor {
    Principal principal;
    std::string authorization;  ///< looked at again while the stream is open: a revoked token ends it
    std::string last_event_id;
  };
  [[nodiscard]] bool is_full() const;
  void open(Visitor visitor, const std::shared_ptr<Stream>& stream);
  void publish(const ota::Activation& activation, const ota::HistoryEntry& entry);
  [[nodiscard]] std::size_t count() const { return guests_.size(); }

 private:
  struct Past {
    std::uint64_t number = 0;
    std::string ordered_by;
    std::string full;
    std::string masked;
  };
  struct Guest {
    Visitor visitor;
    std::shared_ptr<Stream> stream;
    std::uint64_t number = 0;
  };
  [[nodiscard]] static bool send(Guest& guest, const Past& event);
  [[nodiscard]] bool catch_up(Guest& guest) const;
  void tick();
  void arm();
  void recheck();
  void dismiss(std::uint64_t number);

  Gate& gate_;
  ports::Timekeeper& time_;
  std::string boot_;
  std::uint64_t published_ = 0;
  std::uint64_t guests_so_far_ = 0;
  std::deque<Past> past_;
  std::vector<Guest> guests_;
  bool armed_ = false;
  Instant beat_at_;
  Instant keep_until_;
};

}  // namespace contactor::api
