// What a program of somebody else does with the common models: makes an event of a charger's values, has it
// checked, and reads the answer. It needs the installed package and nothing else of the project.

#include <cstdio>

#include "charging/decimal.h"
#include "charging/models.h"
#include "charging/rules.h"

namespace charging = contactor::charging;

int main() {
  charging::ChargingEvent event;
  event.provider = "my-chargers";
  event.device_id = "garage-1";
  event.started_at = *contactor::parse_rfc3339("2026-11-21T18:00:00Z");
  event.ended_at = *contactor::parse_rfc3339("2026-11-21T19:30:00Z");
  // The charger counts in Wh and volts; the table of units knows both.
  event.start_energy = charging::from_foreign<charging::MicroWattHourUnit>(1'204'000, "Wh");
  event.end_energy = charging::from_foreign<charging::MicroWattHourUnit>(1'215'040, "Wh");
  event.voltage = charging::from_foreign<charging::MilliVoltUnit>(230, "V");
  event = charging::settled(event);

  std::printf("%s: %s kWh in %lld s, flags: [%s]\n", event.id.str().c_str(),
              charging::decimal_text(event.energy->count(), charging::KilowattHourUnit::decimals).c_str(),
              static_cast<long long>(event.duration->count()), to_string(event.quality).c_str());
  return event.quality.empty() && !event.quarantined ? 0 : 1;
}
