// Reads charging events, one JSON document a line, as our webhooks carry them, and adds up their energy.

#include <cstdio>
#include <iostream>
#include <string>

#include "charging/decimal.h"
#include "charging/models.h"
#include "charging_json/codec.h"

namespace charging = contactor::charging;

int main() {
  charging::WattHours sum;
  int faulty = 0;
  for (std::string line; std::getline(std::cin, line);) {
    const auto event = contactor::charging_json::decode_text<charging::ChargingEvent>(line);
    if (!event) {
      std::fprintf(stderr, "%s\n", event.error().detail.c_str());
      ++faulty;
      continue;
    }
    if (event->quarantined || !event->energy) continue;
    if (const auto next = checked_add(sum, *event->energy)) sum = *next;
  }
  std::printf("%s kWh\n", charging::decimal_text(sum.count(), charging::KilowattHourUnit::decimals).c_str());
  return faulty == 0 ? 0 : 1;
}
