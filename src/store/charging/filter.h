#pragma once

#include <algorithm>

#include "store/charging/rules.h"

namespace contactor::store {

/// The moment that a model's lists go by.
template <class Model>
[[nodiscard]] Instant listed_at(const Model& row) {
  if constexpr (requires { row.started_at; })
    return row.started_at;
  else if constexpr (requires { row.measured_at; })
    return row.measured_at;
  else
    return row.created_at.value_or(Instant());
}

/// Do rows of this list come newest first? Only the stats of one vehicle have an index for it.
template <class Model>
[[nodiscard]] bool is_by_time(const ports::ChargingFilter& filter) {
  return !std::is_same_v<Model, charging::ChargingStat> || filter.vin.has_value();
}

/// Does `row` have what the filter asks for, but for `client_id`?
template <class Model>
[[nodiscard]] bool matches(const Model& row, const ports::ChargingFilter& filter) {
  bool good = true;
  const auto has = [&](bool is_asked, auto check) {
    if (good && is_asked) good = check();
  };
  has(!filter.id.empty(), [&] { return row.id.str() == filter.id; });
  has(filter.vin.has_value(), [&] {
    if constexpr (requires { row.vin; }) return row.vin == filter.vin;
    return false;
  });
  has(!filter.provider.empty(), [&] {
    if constexpr (requires { row.provider; }) return row.provider == filter.provider;
    return false;
  });
  has(!filter.device_id.empty(), [&] {
    if constexpr (requires { row.device_id; }) return row.device_id == filter.device_id;
    return false;
  });
  has(!filter.name.empty(), [&] {
    if constexpr (requires { row.name; }) return row.name == filter.name;
    if constexpr (requires { row.job_name; }) return row.job_name == filter.name;
    return false;
  });
  has(filter.from.has_value(), [&] { return listed_at(row) >= *filter.from; });
  has(filter.until.has_value(), [&] { return listed_at(row) < *filter.until; });
  has(!filter.credential_id.empty(), [&] {
    if constexpr (requires { row.credential_id; }) return row.credential_id == filter.credential_id;
    return false;
  });
  has(!filter.charging_event_id.empty(), [&] {
    if constexpr (requires { row.charging_event_id; })
      return row.charging_event_id == filter.charging_event_id;
    return false;
  });
  has(!filter.location_id.empty(), [&] {
    if constexpr (requires { row.location_id; }) return row.location_id == filter.location_id;
    return false;
  });
  has(!filter.client_service_id.empty(), [&] {
    if constexpr (requires { row.client_service_id; })
      return row.client_service_id == filter.client_service_id;
    return false;
  });
  has(filter.status.has_value(), [&] {
    if constexpr (requires { row.status; }) return row.status == filter.status;
    return false;
  });
  has(filter.quarantined.has_value(), [&] {
    if constexpr (requires { row.quarantined; }) return row.quarantined == filter.quarantined;
    return false;
  });
  return good;
}

[[nodiscard]] inline std::size_t size_of(const ports::ChargingFilter& filter) {
  return std::clamp<std::size_t>(filter.limit, 1, kChargingPage);
}

}  // namespace contactor::store
