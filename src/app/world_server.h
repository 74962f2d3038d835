#pragma once

#include <memory>

#include "api/http.h"
#include "ports/timekeeper.h"
#include "server/smtp_sink.h"
#include "world/world.h"

namespace contactor::app {

/// Serves the simulated world over real sockets: answers come when the model says, losses are silence, and
/// what the world sends by itself (callbacks, payment events) leaves through a transport.
class WorldServer final : public api::Handler {
 public:
  WorldServer(world::World& world, ports::Timekeeper& time, ports::HttpTransport& transport);
  ~WorldServer() override;

  void handle(api::Request request, api::Respond respond) override;
  bool open_stream(const api::Request&,
                   std::move_only_function<std::shared_ptr<api::Stream>(api::Response)>) override {
    return false;
  }
  [[nodiscard]] server::SmtpReply receive(const server::ReceivedMail& mail);

 private:
  void watch();
  void run_due();
  void dispatch(world::Outgoing outgoing);

  world::World& world_;
  ports::Timekeeper& time_;
  ports::HttpTransport& transport_;
  Instant watching_ = Instant::never();
  std::shared_ptr<WorldServer*> self_ = std::make_shared<WorldServer*>(this);
};

}  // namespace contactor::app
