#include "engine/charging/charging_intake.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "engine/charging/stream.h"
#include "engine/charging/taking.h"

namespace contactor::engine {
namespace {

using Taken = Result<TakenDelivery>;

/// A delivery in slices, one after the other; the mark of the job goes with the last one.
class Slices : public std::enable_shared_from_this<Slices> {
 public:
  Slices(IntakeParts parts, ChargingDelivery delivery, ports::Done<Taken> done)
      : parts_(parts), rest_(std::move(delivery)), done_(std::move(done)) {}

  void go_on() {
    ChargingDelivery slice;
    cut(rest_.stats, next_stat_, slice.stats, parts_.slice);
    cut(rest_.events, next_event_, slice.events, parts_.slice - slice.stats.size());
    const bool is_last = next_stat_ == rest_.stats.size() && next_event_ == rest_.events.size();
    if (is_last) slice.run = rest_.run;
    auto taking = std::make_shared<Taking>(parts_, std::move(slice), std::vector<SilentStream>(),
                                           [self = shared_from_this(), is_last](Taken taken) {
                                             if (!taken) return self->done_(fail(std::move(taken.error())));
                                             self->add(std::move(*taken));
                                             if (!is_last) return self->go_on();
                                             self->done_(std::move(self->taken_));
                                           });
    taking->begin();
  }

 private:
  template <class Record>
  static void cut(std::vector<Record>& from, std::size_t& next, std::vector<Record>& into, std::size_t most) {
    const std::size_t count = std::min(most, from.size() - next);
    const auto begin = std::make_move_iterator(from.begin() + static_cast<std::ptrdiff_t>(next));
    into.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    next += count;
  }

  void add(TakenDelivery more) {
    std::ranges::move(more.stats, std::back_inserter(taken_.stats));
    std::ranges::move(more.events, std::back_inserter(taken_.events));
    std::ranges::move(more.changed, std::back_inserter(taken_.changed));
    taken_.sessions_created += more.sessions_created;
    taken_.sessions_updated += more.sessions_updated;
    taken_.sessions_withdrawn += more.sessions_withdrawn;
  }

  IntakeParts parts_;
  ChargingDelivery rest_;
  ports::Done<Taken> done_;
  std::size_t next_stat_ = 0;
  std::size_t next_event_ = 0;
  TakenDelivery taken_;
};

/// Not every database can store it.
bool has_zero(const charging::JsonObject& object) { return object.text.contains("\\u0000"); }

}  // namespace

std::string_view to_string(TakenRecord::Kind kind) {
  switch (kind) {
    case TakenRecord::Kind::created:
      return "created";
    case TakenRecord::Kind::updated:
      return "updated";
    case TakenRecord::Kind::unchanged:
      return "unchanged";
    case TakenRecord::Kind::quarantined:
      return "quarantined";
  }
  return "";
}

std::optional<std::string> refusal_of(const charging::ChargingStat& stat) {
  if (has_zero(stat.telemetry)) return "has a zero character in telemetry";
  if (!stream_of(stat)) return "names neither a device_id nor a vin";
  return std::nullopt;
}

std::optional<std::string> refusal_of(const charging::ChargingEvent& event) {
  if (has_zero(event.provider_info)) return "has a zero character in provider_info";
  if (!stream_of(event)) return "names neither a provider_event_id nor a device_id nor a vin";
  return std::nullopt;
}

void take_in(IntakeParts parts, ChargingDelivery delivery, ports::Done<Taken> done) {
  std::make_shared<Slices>(parts, std::move(delivery), std::move(done))->go_on();
}

void close_silent(IntakeParts parts, std::vector<SilentStream> silent, ports::Done<Taken> done) {
  // One look a stream, from its first silent session on.
  std::ranges::sort(silent, {}, [](const SilentStream& it) { return std::tie(it.stream, it.started_at); });
  const auto rest = std::ranges::unique(silent, {}, &SilentStream::stream);
  silent.erase(rest.begin(), rest.end());
  std::make_shared<Taking>(parts, ChargingDelivery(), std::move(silent), std::move(done))->begin();
}

}  // namespace contactor::engine
