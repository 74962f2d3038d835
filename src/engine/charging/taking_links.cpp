// Several providers may tell of one session: whose telling stands for it is looked at for every vehicle of
// which something has changed.

#include <algorithm>
#include <utility>

#include "charging/retold.h"
#include "engine/charging/several.h"
#include "engine/charging/taking.h"

namespace contactor::engine {
namespace {

constexpr std::size_t kVehiclesAtOnce = 16;

Instant end_of(const charging::ChargingEvent& event) { return event.ended_at.value_or(Instant::never()); }

}  // namespace

/// What an event said before and what it says now may both be told by others.
void Taking::touch(const charging::ChargingEvent& event) {
  if (!event.vin) return;
  Touched& touched = touched_[*event.vin];
  touched.from = std::min(touched.from, event.started_at);
  touched.until = std::max(touched.until, end_of(event));
}

void Taking::link() {
  auto all = std::make_shared<std::vector<std::pair<Vin, Touched>>>();
  for (const auto& [vin, touched] : touched_) all->emplace_back(vin, touched);
  const std::size_t count = all->size();
  do_several(
      count, kVehiclesAtOnce,
      [self = shared_from_this(), all](std::size_t i, ports::Done<Status> done) {
        self->link_vehicle((*all)[i].first, (*all)[i].second, std::move(done));
      },
      [self = shared_from_this()](Status ended) {
        if (!ended) return self->done_(fail(std::move(ended.error())));
        self->write();
      });
}

void Taking::link_vehicle(const Vin& vin, Touched touched, ports::Done<Status> done) {
  parts_.store.events_of(vin, touched.from, touched.until,
                         [self = shared_from_this(), vin, touched,
                          done = std::move(done)](Result<std::vector<ports::StoredEvent>> near) mutable {
                           if (!near) return done(fail(std::move(near.error())));
                           // Whom the neighbours follow may stand outside of what was touched.
                           Touched wider = touched;
                           for (const auto& it : *near) {
                             wider.from = std::min(wider.from, it.event.started_at);
                             wider.until = std::max(wider.until, end_of(it.event));
                           }
                           if (wider.from == touched.from && wider.until == touched.until) {
                             self->link_among(vin, touched, std::move(*near));
                             return done({});
                           }
                           self->parts_.store.events_of(
                               vin, wider.from, wider.until,
                               [self, vin, touched,
                                done = std::move(done)](Result<std::vector<ports::StoredEvent>> all) mutable {
                                 if (!all) return done(fail(std::move(all.error())));
                                 self->link_among(vin, touched, std::move(*all));
                                 done({});
                               });
                         });
}

/// @param told  what is on record of one vehicle around what was touched.
void Taking::link_among(const Vin& vin, Touched touched, std::vector<ports::StoredEvent> told) {
  std::map<EventId, ports::StoredEvent> all;
  for (auto& it : told) {
    const EventId id = it.event.id;
    all.emplace(id, std::move(it));
  }
  for (const auto& [id, it] : changed_)
    if (it.event.vin == vin && it.event.started_at <= touched.until && end_of(it.event) >= touched.from)
      all[id] = it;
  std::vector<charging::ChargingEvent> events;
  for (const auto& [id, it] : all) events.push_back(it.event);
  charging::link_tellings(events, now_);
  for (const auto& event : events) {
    if (event.started_at > touched.until || end_of(event) < touched.from) continue;
    ports::StoredEvent& before = all[event.id];
    if (before.event.same_as == event.same_as) continue;
    before.event.same_as = event.same_as;
    changed_[event.id] = before;
  }
}

}  // namespace contactor::engine
