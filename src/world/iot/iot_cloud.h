#pragma once

#include "world/iot/broker.h"
#include "world/iot/callbacks.h"
#include "world/iot/command_queue.h"
#include "world/iot/configure_request.h"
#include "world/iot/sign_in.h"
#include "world/iot/vehicles.h"
#include "world/reply.h"
#include "world/route.h"

namespace contactor::world {

/// The existing IoT API: sign-in layer, command queue, state cache and what stands behind them.
class IotCloud {
 public:
  explicit IotCloud(Context& context)
      : context_(context),
        sign_in_(context),
        vehicles_(context),
        callbacks_(context),
        broker_(context, vehicles_, commands_, callbacks_) {}

  /// @param path  behind `/iot/`, for instance `vehicle/{vin}/configure`.
  [[nodiscard]] Reply handle(const ports::HttpRequest& request, std::string_view path, std::string_view query,
                             Instant now);
  void run(const Happening& happening) { broker_.run(happening); }

  [[nodiscard]] SignIn& sign_in() { return sign_in_; }
  [[nodiscard]] Vehicles& vehicles() { return vehicles_; }
  [[nodiscard]] const Vehicles& vehicles() const { return vehicles_; }

 private:
  struct Call {
    const ports::HttpRequest& request;
    std::string_view action;  ///< configure, status, health, history
    std::string_view query;
    Vin vin;
    Instant now;
    Instant answer_at;
  };
  [[nodiscard]] std::optional<ports::HttpResponse> refuse_by_fault();
  [[nodiscard]] ports::HttpResponse act(Call& call);
  [[nodiscard]] ports::HttpResponse configure(Call& call);
  [[nodiscard]] std::optional<ports::HttpResponse> known_command(const Call& call,
                                                                 const ConfigureRequest& asked);
  [[nodiscard]] std::optional<ports::HttpResponse> refuse(const Call& call, const ConfigureRequest& asked,
                                                          Car& car);
  [[nodiscard]] ports::HttpResponse take(Call& call, ConfigureRequest asked, std::uint32_t car_index);
  void start(Call& call, std::uint32_t command, Car& car);
  [[nodiscard]] ports::HttpResponse status(const Call& call, const Car& car);
  void distort(ports::HttpResponse& response, const Call& call);
  void note(const Call& call, const ConfigureRequest& asked, ArrivalOutcome outcome);
  void note_unread(const Call& call, ArrivalOutcome outcome);

  Context& context_;
  SignIn sign_in_;
  Vehicles vehicles_;
  CommandQueue commands_;
  Callbacks callbacks_;
  Broker broker_;
};

}  // namespace contactor::world
