#pragma once

#include "ports/iot_api.h"

namespace contactor::app {

/// Stands in where no IoT API is configured: orders are accepted and wait, with one incident that says why.
class AbsentIot final : public ports::IotApi {
 public:
  void configure(ports::ConfigureCommand, Instant, ports::Done<ota::CommandAnswer> done) override {
    done({.kind = ota::CommandAnswer::Kind::rate_limited,
          .failure = {.category = ota::FailureCategory::AuthorizationFailure,
                      .code = "not_configured",
                      .message = kWhy},
          .retry_after = {}});
  }
  void status(Vin, std::string, Instant, ports::Done<Result<ota::VehicleStatus>> done) override {
    done(fail(ErrorKind::unauthorized, "iot_api", kWhy));
  }
  void health(Vin, Instant, ports::Done<Result<ota::VehicleHealth>> done) override {
    done(fail(ErrorKind::unauthorized, "iot_api", kWhy));
  }
  void history(Vin, Instant, ports::Done<Result<std::vector<ota::IotHistoryItem>>> done) override {
    done(fail(ErrorKind::unauthorized, "iot_api", kWhy));
  }

 private:
  static constexpr const char* kWhy = "API_IOT_BASE_URL and its companions are not configured";
};

}  // namespace contactor::app
