#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "charging/charging_event.h"

namespace contactor::charging_ocpi {

/// The two objects of OCPI that tell of charging: the sealed record with its costs, and the state of the
/// moment.
enum class Object : std::uint8_t { cdr, session };

/// Something about one element of a list.
struct Remark {
  std::size_t index = 0;
  std::string id;  ///< in its sender's words; empty where it has none
  std::string what;
};

struct Reading {
  std::vector<charging::ChargingEvent> events;  ///< settled, in the order of the list
  std::vector<std::size_t> indices;             ///< of each event, its place in the list
  std::vector<Remark> without_charging;         ///< right as they are, and no event: credits, reservations
  std::vector<Remark> faults;  ///< not read, the first thing wrong of each; all others are read
};

/// At most so much of a list at once; senders page theirs.
inline constexpr std::size_t kListBytesMax = 16 << 20;

/// A list as OCPI sends it, `{data, status_code, timestamp}`; also the bare array, or one object.
/// The Session and the CDR of one charging are one event, if the CDR names the session: the later one
/// corrects it.
/// @errors  invalid: no JSON, no list, or the sender's own word that it failed.
/// @source  OCPI 2.2.1, mod_cdrs and mod_sessions
[[nodiscard]] Result<Reading> read(Object object, std::string_view text);

/// Who tells: for events that OCPI did not bring.
struct Party {
  std::string country_code = "XX";
  std::string party_id = "CTR";
};

/// One line of JSON. What came by OCPI goes out as it came, but for what was corrected since.
/// @return  nothing for a quarantined event, and for a CDR of an open one.
[[nodiscard]] std::optional<std::string> write(Object object, const charging::ChargingEvent& event,
                                               const Party& party);

/// What all of them are, as one list with its envelope.
[[nodiscard]] std::string write_list(Object object, std::span<const charging::ChargingEvent> events,
                                     const Party& party, Instant now);

}  // namespace contactor::charging_ocpi
