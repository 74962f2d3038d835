#include "engine/charging/taking.h"

#include <algorithm>
#include <utility>

#include "charging/identity.h"
#include "charging/locate.h"
#include "charging/rules.h"
#include "charging/sessions_reading.h"
#include "engine/charging/several.h"
#include "engine/charging/stream.h"

namespace contactor::engine {
namespace {

constexpr int kTries = 12;
constexpr Millis kPause = std::chrono::milliseconds(15);
constexpr std::size_t kAtOnce = 16;
constexpr std::size_t kRecordsMax = 10'000;  // of one write

}  // namespace

Taking::Taking(IntakeParts parts, ChargingDelivery delivery, std::vector<SilentStream> silent,
               ports::Done<Result<TakenDelivery>> done)
    : parts_(parts), delivery_(std::move(delivery)), silent_(std::move(silent)), done_(std::move(done)) {}

template <class Then>
auto Taking::kept(Then then) {
  return [self = shared_from_this(), then](auto result) {
    if (!result) return self->done_(fail(std::move(result.error())));
    then(*self, std::move(*result));
  };
}

void Taking::begin() {
  if (tries_++ == kTries)
    return done_(fail(ErrorKind::conflict, "charging", "somebody else keeps changing the same vehicles"));
  now_ = parts_.time.now();
  if (tries_ == 1) settle();
  versions_.clear();
  reads_.clear();
  changed_.clear();
  kinds_.clear();
  told_kinds_.clear();
  touched_.clear();
  write_ = {};
  taken_ = {};
  std::vector<std::string> streams;
  for (const auto& [stream, stats] : news_) streams.push_back(stream);
  for (const auto& silent : silent_) streams.push_back(silent.stream);
  if (streams.empty()) return read_told();
  // The version first: whatever is stored after it was read makes the write stale.
  parts_.store.stream_versions(
      std::move(streams), kept([](Taking& self, std::vector<std::pair<std::string, std::uint64_t>> versions) {
        for (auto& [stream, version] : versions) self.versions_.emplace(std::move(stream), version);
        self.read_streams();
      }));
}

void Taking::once_more() {
  parts_.time.call_at(parts_.time.now() + kPause * tries_, [self = shared_from_this()] { self->begin(); });
}

// -- what came in -----------------------------------------------------------------------------------------

void Taking::settle() {
  for (const auto& stat : delivery_.stats) settle_stat(stat);
  for (auto& event : delivery_.events) settle_event(event);
}

void Taking::settle_stat(const charging::ChargingStat& stat) {
  charging::ChargingStat settled = charging::settled(charging::without_placeholders(stat));
  settled.created_at = now_;
  const auto fault = charging::fault_of(settled);
  if (fault == charging::StatFault::from_the_future || fault == charging::StatFault::unreal_moment)
    settled.quality.add(charging::Flag::clock_suspect);
  faults_.emplace_back(fault ? charging::spelled(*fault) : std::string_view());
  // Of two in one delivery the later one is the correction.
  news_[*stream_of(settled)][settled.measured_at] = std::move(settled);
}

void Taking::settle_event(charging::ChargingEvent event) {
  charging::ChargingEvent settled = charging::settled(std::move(event));
  told_[settled.id] = std::move(settled);
}

// -- sessions ---------------------------------------------------------------------------------------------

void Taking::read_streams() {
  auto all = std::make_shared<std::vector<StreamNews>>();
  for (const auto& [stream, stats] : news_) {
    StreamNews& news = all->emplace_back(StreamNews{.stream = stream, .stats = {}, .look_at = {}});
    for (const auto& [at, stat] : stats) news.stats.push_back(stat);
  }
  for (const auto& silent : silent_)
    all->push_back({.stream = silent.stream, .stats = {}, .look_at = silent.started_at});
  const auto count = all->size();
  do_several(
      count, kAtOnce,
      [self = shared_from_this(), all](std::size_t i, ports::Done<Status> done) {
        read_stream(self->parts_.store, std::move((*all)[i]), self->parts_.chunk,
                    [self, done = std::move(done)](Result<StreamRead> read) mutable {
                      if (!read) return done(fail(std::move(read.error())));
                      if (read->has_news) self->reads_.push_back(std::move(*read));
                      done({});
                    });
      },
      [self = shared_from_this()](Status ended) {
        if (!ended) return self->done_(fail(std::move(ended.error())));
        self->read_told();
      });
}

void Taking::read_told() {
  std::vector<EventId> ids;
  for (const auto& [id, event] : told_) ids.push_back(id);
  if (ids.empty()) return decide({});
  parts_.store.stored_events(std::move(ids), kept([](Taking& self, std::vector<ports::StoredEvent> stored) {
                               self.decide(std::move(stored));
                             }));
}

void Taking::decide(std::vector<ports::StoredEvent> stored) {
  std::set<EventId> told;
  for (const auto& [id, event] : told_) told.insert(id);
  for (const StreamRead& read : reads_) {
    StreamCut cut = recut(read, told, now_);
    for (const StreamStat& it : read.stats)
      if (it.is_new)
        kinds_[it.stat.id] = it.is_stored ? TakenRecord::Kind::updated : TakenRecord::Kind::created;
    std::ranges::move(cut.stats, std::back_inserter(write_.stats));
    for (auto& event : cut.events) {
      touch(event.event);
      changed_.emplace(event.event.id, std::move(event));
    }
    for (const auto& before : read.events)
      if (changed_.contains(before.event.id)) touch(before.event);
    taken_.sessions_created += cut.created;
    taken_.sessions_updated += cut.updated;
    taken_.sessions_withdrawn += cut.withdrawn;
    mark_quarantined(cut.quarantined);
    const auto version = versions_.find(read.stream);
    write_.fences.push_back(
        {.stream = read.stream, .base_version = version == versions_.end() ? 0 : version->second});
  }
  std::map<EventId, const ports::StoredEvent*> before;
  for (const auto& it : stored) before.emplace(it.event.id, &it);
  for (const auto& [id, event] : told_) {
    const auto found = before.find(id);
    decide_told(found == before.end() ? nullptr : found->second, event);
  }
  link();
}

void Taking::mark_quarantined(const std::vector<charging::QuarantinedStat>& quarantined) {
  for (const auto& it : quarantined) {
    if (it.fault != charging::StatFault::register_off_line) continue;
    const auto kind = kinds_.find(it.id);
    if (kind != kinds_.end()) kind->second = TakenRecord::Kind::quarantined;
  }
}

void Taking::decide_told(const ports::StoredEvent* stored, const charging::ChargingEvent& told) {
  TakenRecord& record = told_kinds_[told.id];
  record = {.kind = TakenRecord::Kind::created, .id = told.id.str(), .why = {}, .is_new = stored == nullptr};
  charging::ChargingEvent next = told;
  if (stored != nullptr) {
    next = next_version(stored->event, std::move(next));
    record.kind =
        next.version == stored->event.version ? TakenRecord::Kind::unchanged : TakenRecord::Kind::updated;
  }
  if (told.quarantined) {
    record.kind = TakenRecord::Kind::quarantined;
    record.why = charging::to_string(told.quality);
  }
  const bool is_as_it_was =
      stored != nullptr && next.version == stored->event.version && !stored->is_computed;
  if (is_as_it_was) return;
  touch(next);
  if (stored != nullptr) touch(stored->event);
  changed_[next.id] = {.event = next, .stream = *stream_of(next), .is_computed = false};
}

// -- writing ----------------------------------------------------------------------------------------------

/// The place of each changed event, as a record that many events share.
void Taking::name_places() {
  if (parts_.places == nullptr) return;
  std::map<charging::IdOf<charging::Location>, charging::Cell> cells;
  for (auto& [id, it] : changed_) {
    charging::ChargingEvent& event = it.event;
    if (event.location_id || !event.latitude || !event.longitude) continue;
    const auto cell = charging::cell_of(*event.latitude, *event.longitude);
    if (!cell) continue;
    event.location_id = charging::identity_of(*cell);
    cells.emplace(*event.location_id, *cell);
  }
  for (const auto& [id, cell] : cells)
    write_.locations.push_back(charging::location_at(cell, *parts_.places, now_));
}

void Taking::write() {
  name_places();
  for (auto& [id, event] : changed_) write_.events.push_back(std::move(event));
  // What only notes that a stat belongs to another session may be left out: nothing depends on it.
  const std::size_t room =
      kRecordsMax - std::min(kRecordsMax, write_.events.size() + write_.locations.size());
  if (write_.stats.size() > room) {
    std::ranges::stable_partition(write_.stats, [&](const auto& it) { return kinds_.contains(it.stat.id); });
    write_.stats.resize(std::min(write_.stats.size(), std::max(room, kinds_.size())));
  }
  write_.at = now_;
  write_.run = delivery_.run;
  if (write_.stats.empty() && write_.events.empty() && !write_.run) return written({});
  parts_.store.write(std::move(write_), kept([](Taking& self, ports::ChargingWritten written) {
                       if (written.stale) return self.once_more();
                       self.written(std::move(written));
                     }));
}

void Taking::written(ports::ChargingWritten written) {
  taken_.changed = std::move(written.changed);
  for (std::size_t i = 0; i < delivery_.stats.size(); ++i) {
    const auto id = charging::identity_of(delivery_.stats[i]);
    const auto kind = kinds_.find(id);
    TakenRecord& record = taken_.stats.emplace_back(TakenRecord{.id = id.str(), .why = faults_[i]});
    if (kind != kinds_.end()) record.kind = kind->second;
    record.is_new = record.kind == TakenRecord::Kind::created;
    if (!faults_[i].empty()) record.kind = TakenRecord::Kind::quarantined;
    if (record.kind == TakenRecord::Kind::quarantined && record.why.empty())
      record.why = charging::spelled(charging::StatFault::register_off_line);
  }
  for (const auto& event : delivery_.events)
    taken_.events.push_back(told_kinds_[charging::identity_of(event)]);
  done_(std::move(taken_));
}

}  // namespace contactor::engine
