#include "charging/identity.h"

#include <cstdint>

namespace contactor::charging {
namespace {

/// FNV-1a of 128 bits, written out because its values are stored. With a hundred million events of a
/// provider, two share an id with a probability below 10^-22. It finds accidents, not forgers: whoever may
/// write events of a provider may also replace them.
class Hash {
 public:
  /// With its length in front, so that neighbours never run into each other.
  Hash& add(std::string_view bytes) {
    add(static_cast<std::int64_t>(bytes.size()));
    for (const char c : bytes) mix(static_cast<unsigned char>(c));
    return *this;
  }
  Hash& add(std::int64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
      mix(static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> shift));
    return *this;
  }
  [[nodiscard]] std::string text() const {
    return encode_base32(static_cast<std::uint64_t>(value_ >> 64)) +
           encode_base32(static_cast<std::uint64_t>(value_));
  }

 private:
  using Wide = unsigned __int128;
  void mix(std::uint8_t byte) { value_ = (value_ ^ byte) * kPrime; }

  static constexpr Wide kPrime = (Wide{1} << 88) + 0x13b;
  Wide value_ = (Wide{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
};

/// What tells two vehicles of one provider apart; the kind is part of it, so that a device named like a VIN
/// is not one.
template <class Model>
void add_vehicle(Hash& hash, const Model& model) {
  if (model.device_id) {
    hash.add("device").add(*model.device_id);
  } else if (model.vin) {
    hash.add("vin").add(model.vin->str());
  } else {
    hash.add("none");
  }
}

std::int64_t whole_seconds(Instant at) {
  const std::int64_t seconds = at.millis() / 1000;
  return at.millis() % 1000 < 0 ? seconds - 1 : seconds;
}

}  // namespace

IdOf<ChargingEvent> identity_of(const ChargingEvent& event) {
  Hash hash;
  hash.add(event.provider);
  if (event.provider_event_id) {
    hash.add("id").add(*event.provider_event_id);
  } else {
    add_vehicle(hash, event);
    hash.add(whole_seconds(event.started_at));
  }
  return IdOf<ChargingEvent>("evt_" + hash.text());
}

IdOf<ChargingStat> identity_of(const ChargingStat& stat) {
  Hash hash;
  hash.add(stat.provider);
  add_vehicle(hash, stat);
  hash.add(stat.measured_at.millis());
  return IdOf<ChargingStat>("stat_" + hash.text());
}

IdOf<Location> identity_of(Cell cell) {
  return IdOf<Location>("loc_" + Hash().add(cell.latitude.count()).add(cell.longitude.count()).text());
}

IdOf<EventLog> identity_of(const EventLog& log) {
  Hash hash;
  hash.add(log.charging_event_id.str()).add(log.charging_event_version).add(log.client_service_id.str());
  return IdOf<EventLog>("dlv_" + hash.text());
}

}  // namespace contactor::charging
