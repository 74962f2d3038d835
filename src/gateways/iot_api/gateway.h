#pragma once

#include <string>

#include "base/secret.h"
#include "gateways/oauth/token_source.h"
#include "ports/iot_api.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::iot_api {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  std::string base_url;
  std::string token_url;
  std::string client_id;
  Secret client_secret;
  std::string callback_url;  ///< where the API shall confirm; empty means that status is polled only
};

/// The existing IoT API over HTTP. Thread: the engine's. Must outlive its transport's calls.
class Gateway : public ports::IotApi {
 public:
  explicit Gateway(GatewayParams params);

  void configure(ports::ConfigureCommand command, Instant respond_by,
                 ports::Done<ota::CommandAnswer> done) override;
  void status(Vin vin, std::string command_id, Instant respond_by,
              ports::Done<Result<ota::VehicleStatus>> done) override;
  void health(Vin vin, Instant respond_by, ports::Done<Result<ota::VehicleHealth>> done) override;
  void history(Vin vin, Instant respond_by,
               ports::Done<Result<std::vector<ota::IotHistoryItem>>> done) override;

 private:
  void send(ports::HttpRequest request, Instant respond_by, std::function<bool()> may_begin,
            ports::Done<Result<ports::HttpResponse>> done);
  /// Sends a question and hands on what `read` makes of the answer.
  template <class T, class Read>
  void ask(ports::HttpRequest request, Instant respond_by, Read read, ports::Done<Result<T>> done);

  ports::HttpTransport& transport_;
  ports::Timekeeper& timekeeper_;
  std::string base_url_;
  std::string callback_url_;
  oauth::TokenSource tokens_;
};

}  // namespace contactor::gateways::iot_api
