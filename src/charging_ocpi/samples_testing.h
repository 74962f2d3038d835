#pragma once

#include <string>
#include <string_view>

namespace contactor::charging_ocpi::testing {

inline constexpr std::string_view kCdr = R"({
  "country_code": "DE", "party_id": "abc", "id": "c-1001", "session_id": "s-77",
  "start_date_time": "2026-03-01T10:00:00Z", "end_date_time": "2026-03-01T11:30:00.500Z",
  "cdr_token": {"country_code": "DE", "party_id": "EMP", "uid": "04A1B2C3", "type": "RFID",
                "contract_id": "DE-EMP-C0001"},
  "auth_method": "WHITELIST",
  "cdr_location": {"id": "loc-5", "address": "Ring 1", "city": "Garching", "country": "DEU",
                   "coordinates": {"latitude": "48.262700", "longitude": "11.667900"},
                   "evse_uid": "3256", "evse_id": "DE*ABC*E1", "connector_id": "1",
                   "connector_standard": "IEC_62196_T2", "connector_format": "SOCKET",
                   "connector_power_type": "AC_3_PHASE"},
  "currency": "EUR",
  "charging_periods": [
    {"start_date_time": "2026-03-01T10:00:00Z",
     "dimensions": [{"type": "ENERGY", "volume": 7.4}, {"type": "MAX_POWER", "volume": 11.05},
                    {"type": "STATE_OF_CHARGE", "volume": 20}]},
    {"start_date_time": "2026-03-01T11:00:00",
     "dimensions": [{"type": "ENERGY", "volume": 3.637000001}, {"type": "PARKING_TIME", "volume": 0.25},
                    {"type": "STATE_OF_CHARGE", "volume": 41.5}]}],
  "total_cost": {"excl_vat": 4.0, "incl_vat": 4.76},
  "total_energy": 11.037000001, "total_time": 1.5, "total_parking_time": 0.25,
  "home_made": {"our": ["own", 1e-7, 12345678901234567890, null, true]},
  "last_updated": "2026-03-01T11:31:00Z"})";

inline constexpr std::string_view kSession = R"({
  "country_code": "DE", "party_id": "ABC", "id": "s-77", "start_date_time": "2026-03-01T10:00:00Z",
  "kwh": 3.25, "cdr_token": {"country_code": "DE", "party_id": "EMP", "uid": "04A1B2C3", "type": "RFID",
                             "contract_id": "DE-EMP-C0001"},
  "auth_method": "WHITELIST", "location_id": "loc-5", "evse_uid": "3256", "connector_id": "1",
  "currency": "EUR", "status": "ACTIVE", "last_updated": "2026-03-01T10:20:00Z"})";

/// The text with one part of it replaced; the part must be there.
inline std::string with(std::string_view text, std::string_view part, std::string_view instead) {
  std::string out(text);
  const auto at = out.find(part);
  return at == std::string::npos ? "no such part" : out.replace(at, part.size(), instead);
}

}  // namespace contactor::charging_ocpi::testing
