#include "gateways/tesla/telemetry.h"

#include <vector>

#include "crypto/encoding.h"
#include "json/json.h"

namespace contactor::gateways::tesla {
namespace {

struct Interval {
  int seconds;
  std::vector<std::string_view> fields;
};

const std::vector<Interval>& intervals() {
  static const std::vector<Interval> table{
      {30,
       {"ACChargingEnergyIn", "ACChargingPower", "BatteryLevel", "ChargeLimitSoc", "ChargeRateMilePerHour",
        "DCChargingEnergyIn", "DCChargingPower", "EnergyRemaining", "LifetimeEnergyUsed", "PackCurrent",
        "PackVoltage", "Soc", "VehicleSpeed"}},
      {60, {"ChargeCurrentRequest", "ChargeCurrentRequestMax", "ChargeEnableRequest", "IdealBatteryRange"}},
      {300,
       {"BatteryHeaterOn", "BmsFullchargecomplete", "ChargeAmps", "ChargePort", "ChargePortColdWeatherMode",
        "ChargeState", "PreconditioningEnabled"}},
      {600,
       {"BMSState", "FastChargerType", "HvacACEnabled", "HvacAutoMode", "HvacFanSpeed", "HvacPower",
        "ModuleTempMax", "ModuleTempMin"}},
      {900,
       {"ChargerPhases", "ChargerVoltage", "ChargingCableType", "ClimateKeeperMode", "DCDCEnable",
        "DefrostForPreconditioning", "DefrostMode", "DetailedChargeState", "EfficiencyPackage",
        "EstBatteryRange", "EstimatedHoursToChargeTermination", "FastChargerPresent", "InsideTemp",
        "IsolationResistance", "OutsideTemp", "RatedRange", "RearDefrostEnabled", "SentryMode"}},
      {3600, {"BrickVoltageMax", "BrickVoltageMin", "Odometer"}},
      {21600, {"CarType", "EuropeVehicle"}}};
  return table;
}

json::object fields_object() {
  json::object fields;
  for (const auto& [seconds, names] : intervals())
    for (const std::string_view name : names) fields[name] = {{"interval_seconds", seconds}};
  return fields;
}

}  // namespace

std::string telemetry_config(const TelemetryTarget& target) {
  return json::serialize({{"alert_types", {"service"}},
                          {"ca", target.ca},
                          {"fields", fields_object()},
                          {"hostname", target.hostname},
                          {"port", target.port}});
}

std::string signed_telemetry_config(const TelemetryTarget& target, const crypto::SchnorrKey& key) {
  return key.sign_jws(json::serialize({{"alert_types", {"service"}},
                                       {"aud", "com.tesla.fleet.TelemetryClient"},
                                       {"ca", target.ca},
                                       {"fields", fields_object()},
                                       {"hostname", target.hostname},
                                       {"iss", crypto::to_base64(key.public_key())},
                                       {"port", target.port}}));
}

}  // namespace contactor::gateways::tesla
