// OCPI's lists as strangers send them. What was read is written and read again as the same event; every
// element of a list is one of the three things that it can be; and an event that OCPI did not bring can be
// written too.

#include "charging/rules.h"
#include "charging_json/codec.h"
#include "charging_ocpi/ocpi.h"
#include "fuzz/input.h"

namespace {

using namespace contactor;
using namespace contactor::charging;
using charging_ocpi::Object;

const charging_ocpi::Party kUs;

/// Without what is kept of the sender's words: 7.40 is written as 7.4. What lost a part for its length lost
/// what the part said.
void comes_back(Object object, const ChargingEvent& event) {
  CTR_ASSERT(settled(event) == event);
  CTR_ASSERT(charging_json::decode_text<ChargingEvent>(charging_json::encode(event)));
  const auto text = charging_ocpi::write(object, event, kUs);
  if (!text) return;
  const auto again = charging_ocpi::read(object, *text);
  CTR_ASSERT(again && again->faults.empty() && again->events.size() == 1);
  if (event.provider_info.text.contains("left_out")) return;
  ChargingEvent other = again->events[0];
  other.provider_info = event.provider_info;
  CTR_ASSERT(other == event);
}

void hold(Object object, std::string_view text) {
  const auto reading = charging_ocpi::read(object, text);
  if (!reading) return;
  for (const auto& remark : reading->faults) CTR_ASSERT(!remark.what.empty());
  for (const auto& remark : reading->without_charging) CTR_ASSERT(!remark.what.empty());
  for (const ChargingEvent& event : reading->events) {
    comes_back(object, event);
    // As the other object it may say less, and must be readable all the same.
    const Object other = object == Object::cdr ? Object::session : Object::cdr;
    if (const auto written = charging_ocpi::write(other, event, kUs)) {
      const auto again = charging_ocpi::read(other, *written);
      CTR_ASSERT(again && again->events.size() == 1 && again->events[0].energy == event.energy);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  hold(Object::cdr, text);
  hold(Object::session, text);
  // Any object of ours with any provider_info.
  if (const auto event = charging_json::decode_text<ChargingEvent>(text))
    for (const Object object : {Object::cdr, Object::session})
      (void)charging_ocpi::write(object, settled(*event), kUs);
  return 0;
}
