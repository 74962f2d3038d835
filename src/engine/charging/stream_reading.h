#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ports/charging_store.h"

namespace contactor::engine {

/// What is new in a stream: stats that came in, or a moment at which its sessions shall be looked at again.
struct StreamNews {
  std::string stream;
  std::vector<charging::ChargingStat> stats;  ///< settled, each moment once
  std::optional<Instant> look_at;
};

/// One stat of a stream as it is after the news.
struct StreamStat {
  charging::ChargingStat stat;
  bool is_stored = false;  ///< it was on record
  bool is_new = false;     ///< it was not, or said something else
};

/// A stream's part whose sessions depend on no other stat.
struct StreamRead {
  std::string stream;
  bool has_news = false;          ///< false: everything was on record as it is; the rest is empty then
  std::vector<StreamStat> stats;  ///< in order of time
  Instant from;                   ///< the part's sessions begin in [from, until]
  Instant until;
  std::vector<ports::StoredEvent> events;  ///< of the stream, that begin in the part
};

/// Reads as much of one stream around its news as the sessions there depend on.
/// @param chunk  how many stats are read at first; each further reading takes four times as many.
/// @errors  those of the store; exhausted: sessions cannot be told apart in half a million stats.
void read_stream(ports::ChargingStore& store, StreamNews news, std::size_t chunk,
                 ports::Done<Result<StreamRead>> done);

}  // namespace contactor::engine
