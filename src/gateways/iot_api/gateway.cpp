#include "gateways/iot_api/gateway.h"

#include "gateways/iot_api/endpoints.h"
#include "gateways/iot_api/wire.h"
#include "gateways/oauth/authorized_send.h"
#include "ota/classify.h"

namespace contactor::gateways::iot_api {

using Answer = Result<ports::HttpResponse>;

Gateway::Gateway(GatewayParams params)
    : transport_(params.transport),
      timekeeper_(params.timekeeper),
      base_url_(std::move(params.base_url)),
      callback_url_(std::move(params.callback_url)),
      tokens_({.transport = params.transport,
               .timekeeper = params.timekeeper,
               .grant_request = oauth::client_credentials({.token_url = std::move(params.token_url),
                                                           .client_id = std::move(params.client_id),
                                                           .client_secret = std::move(params.client_secret),
                                                           .scope = {}})}) {}

void Gateway::configure(ports::ConfigureCommand command, Instant respond_by,
                        ports::Done<ota::CommandAnswer> done) {
  auto request = configure_request(base_url_, command, callback_url_);
  if (!request) return done(ota::classify_transport(request.error()));
  send(std::move(*request), respond_by, std::move(command.may_begin),
       [this, id = std::move(command.command_id), done = std::move(done)](Answer answer) mutable {
         done(answer ? ota::classify(read_configure(*answer, id, timekeeper_.now()))
                     : ota::classify_transport(answer.error()));
       });
}

void Gateway::status(Vin vin, std::string command_id, Instant respond_by,
                     ports::Done<Result<ota::VehicleStatus>> done) {
  auto request = status_request(base_url_, vin, command_id);
  const auto read = [vin, id = std::move(command_id)](const ports::HttpResponse& answer, Instant now) {
    return read_status(answer, vin, id, now);
  };
  ask<ota::VehicleStatus>(std::move(request), respond_by, read, std::move(done));
}

void Gateway::health(Vin vin, Instant respond_by, ports::Done<Result<ota::VehicleHealth>> done) {
  ask<ota::VehicleHealth>(health_request(base_url_, vin), respond_by, read_health, std::move(done));
}

void Gateway::history(Vin vin, Instant respond_by,
                      ports::Done<Result<std::vector<ota::IotHistoryItem>>> done) {
  ask<std::vector<ota::IotHistoryItem>>(history_request(base_url_, vin), respond_by, read_history,
                                        std::move(done));
}

void Gateway::send(ports::HttpRequest request, Instant respond_by, std::function<bool()> may_begin,
                   ports::Done<Answer> done) {
  request.respond_by = respond_by;
  oauth::send_authorized(tokens_, transport_, std::move(request), std::move(may_begin), std::move(done));
}

template <class T, class Read>
void Gateway::ask(ports::HttpRequest request, Instant respond_by, Read read, ports::Done<Result<T>> done) {
  send(std::move(request), respond_by, {}, [this, read, done = std::move(done)](Answer answer) mutable {
    if (answer) return done(read(*answer, timekeeper_.now()));
    // A question changes nothing, whatever became of it.
    answer.error().applied = Applied::no;
    done(fail(std::move(answer.error())));
  });
}

}  // namespace contactor::gateways::iot_api
