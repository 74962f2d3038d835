#include "engine/charging/stream_reading.h"

#include <algorithm>
#include <map>
#include <utility>

#include "charging/sessions.h"
#include "charging/sessions_window.h"
#include "engine/charging/stream.h"

namespace contactor::engine {
namespace {

constexpr std::size_t kReadMax = 100'000;
constexpr std::size_t kGrowth = 4;

class Reading : public std::enable_shared_from_this<Reading> {
 public:
  Reading(ports::ChargingStore& store, StreamNews news, std::size_t chunk,
          ports::Done<Result<StreamRead>> done)
      : store_(store),
        news_(std::move(news)),
        older_limit_(chunk),
        newer_limit_(chunk),
        done_(std::move(done)) {
    oldest_ = news_.look_at.value_or(Instant::never());
    newest_ = news_.look_at.value_or(Instant());
    for (const auto& stat : news_.stats) {
      oldest_ = std::min(oldest_, stat.measured_at);
      newest_ = std::max(newest_, stat.measured_at);
    }
    newer_from_ = older_until_ = oldest_;
  }

 private:
  template <class Then>
  auto kept(Then then) {
    return [self = shared_from_this(), then](auto result) {
      if (!result) return self->done_(fail(std::move(result.error())));
      then(*self, std::move(*result));
    };
  }

 public:
  void read_newer() {
    ports::StatWindow window{.stream = news_.stream, .from = newer_from_, .limit = newer_limit_};
    store_.stats(std::move(window), kept([](Reading& self, std::vector<charging::ChargingStat> stats) {
                   self.has_end_ = stats.size() < self.newer_limit_;
                   if (!stats.empty()) self.newer_from_ = stats.back().measured_at + Millis(1);
                   self.newer_limit_ = std::min(self.newer_limit_ * kGrowth, kReadMax);
                   self.keep(std::move(stats));
                   self.go_on();
                 }));
  }

 private:
  void read_older() {
    ports::StatWindow window{.stream = news_.stream,
                             .from = Instant(),
                             .until = older_until_,
                             .backwards = true,
                             .limit = older_limit_};
    store_.stats(std::move(window), kept([](Reading& self, std::vector<charging::ChargingStat> stats) {
                   self.has_older_ = true;
                   self.has_begin_ = stats.size() < self.older_limit_;
                   if (!stats.empty()) self.older_until_ = stats.back().measured_at;
                   self.older_limit_ = std::min(self.older_limit_ * kGrowth, kReadMax);
                   self.keep(std::move(stats));
                   self.go_on();
                 }));
  }

  void keep(std::vector<charging::ChargingStat> stored) {
    for (auto& stat : stored) {
      const Instant at = stat.measured_at;
      all_[at] = {.stat = std::move(stat), .is_stored = true};
    }
  }

  void go_on() {
    if (!has_end_ && newer_from_ <= newest_) return read_newer();
    if (!has_merged_) merge();
    if (!read_.has_news) return done_(std::move(read_));
    if (!has_older_) return read_older();
    charging::StreamPart part{
        .oldest_new = oldest_, .newest_new = newest_, .has_begin = has_begin_, .has_end = has_end_};
    for (const auto& [at, it] : all_) part.stats.push_back(it.stat);
    const auto sides = charging::quiet_sides(part);
    const auto window = charging::window_of(part, sides);
    const std::size_t size = window ? window->last - window->first + 1 : all_.size();
    if (window && size <= charging::SessionBuilder::kStatsMax) return finish(*window, part);
    if (size > charging::SessionBuilder::kStatsMax)
      return done_(fail(ErrorKind::exhausted, "charging", "a vehicle has too many stats without a rest"));
    if (!sides.before && !has_begin_) return read_older();
    read_newer();
  }

  /// The news among what is on record, and from when to when something is new at all.
  void merge() {
    has_merged_ = true;
    oldest_ = news_.look_at.value_or(Instant::never());
    newest_ = news_.look_at.value_or(Instant());
    read_.stream = news_.stream;
    read_.has_news = news_.look_at.has_value();
    for (auto& stat : news_.stats) {
      const Instant at = stat.measured_at;
      StreamStat& there = all_[at];
      if (there.is_stored && same_measurement(there.stat, stat)) continue;
      if (there.is_stored) stat.charging_event_id = there.stat.charging_event_id;
      there.stat = std::move(stat);
      there.is_new = true;
      read_.has_news = true;
      oldest_ = std::min(oldest_, at);
      newest_ = std::max(newest_, at);
    }
  }

  void finish(charging::StreamWindow window, const charging::StreamPart& part) {
    const bool is_first = window.first == 0 && has_begin_;
    const bool is_last = window.last + 1 == part.stats.size() && has_end_;
    read_.from = is_first ? Instant() : part.stats[window.first].measured_at;
    read_.until = is_last ? Instant::never() : part.stats[window.last].measured_at;
    std::size_t i = 0;
    for (auto& [at, it] : all_) {
      if (i >= window.first && i <= window.last) read_.stats.push_back(std::move(it));
      ++i;
    }
    store_.events_of_stream(read_.stream, read_.from, read_.until,
                            kept([](Reading& self, std::vector<ports::StoredEvent> events) {
                              StreamRead& read = self.read_;
                              std::erase_if(events, [&](const ports::StoredEvent& it) {
                                return it.event.started_at < read.from || it.event.started_at > read.until;
                              });
                              read.events = std::move(events);
                              self.done_(std::move(read));
                            }));
  }

  ports::ChargingStore& store_;
  StreamNews news_;
  std::size_t older_limit_;
  std::size_t newer_limit_;
  ports::Done<Result<StreamRead>> done_;
  std::map<Instant, StreamStat> all_;
  Instant oldest_, newest_;
  Instant newer_from_, older_until_;
  bool has_begin_ = false;
  bool has_end_ = false;
  bool has_older_ = false;
  bool has_merged_ = false;
  StreamRead read_;
};

}  // namespace

void read_stream(ports::ChargingStore& store, StreamNews news, std::size_t chunk,
                 ports::Done<Result<StreamRead>> done) {
  std::make_shared<Reading>(store, std::move(news), chunk, std::move(done))->read_newer();
}

}  // namespace contactor::engine
