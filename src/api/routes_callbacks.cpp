// What comes from outside unasked: the car's own word and the provider's events. Signed, so they need no
// access token.

#include "api/environment.h"

namespace contactor::api {
namespace {

constexpr std::size_t kCallbackBytesMax = 256 * 1024;

/// An unauthentic message learns nothing but that; an authentic one that makes no sense is told so.
void refuse_message(const CallPtr& call, const Error& error) {
  call->refuse(error.kind == ErrorKind::unauthorized ? bad_signature() : to_problem(error));
}

ports::Done<Status> acknowledge(CallPtr call) {
  return [call = std::move(call)](Status status) {
    if (!status) return call->refuse(status.error());
    call->reply(204, {});
  };
}

void take_vehicle_callback(CallPtr call) {
  if (!call->env->read_vehicle_callback) return call->refuse(bad_signature());
  auto report = call->env->read_vehicle_callback(call->request, call->env->time.now());
  if (!report) return refuse_message(call, report.error());
  call->env->engine.vehicle_reported(std::move(*report), acknowledge(call));
}

void take_payment_event(CallPtr call) {
  if (!call->env->read_payment_event) return call->refuse(bad_signature());
  auto report = call->env->read_payment_event(call->request, call->env->time.now());
  if (!report) return refuse_message(call, report.error());
  call->env->engine.payment_reported(std::move(*report), acknowledge(call));
}

}  // namespace

std::vector<Route> callback_routes() {
  return {
      {.method = "POST",
       .pattern = "/v1/iot/callbacks",
       .policy = Policy::open("signed by the IoT API"),
       .handle = take_vehicle_callback,
       .summary = "The vehicle's answer to a command, as a Standard Webhook",
       .tag = "callbacks",
       .response_schema = {},
       .success = 204,
       .body = BodyRule::sealed,
       .request_schema = "VehicleCallback",
       .body_bytes_max = kCallbackBytesMax},
      {.method = "POST",
       .pattern = "/v1/payments/stripe",
       .policy = Policy::open("signed by the payment provider"),
       .handle = take_payment_event,
       .summary = "An event of the payment provider: a reason to look",
       .tag = "callbacks",
       .response_schema = {},
       .success = 204,
       .body = BodyRule::sealed,
       .request_schema = "PaymentEvent",
       .body_bytes_max = kCallbackBytesMax},
  };
}

}  // namespace contactor::api
