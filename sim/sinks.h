#pragma once

#include "ports/messages.h"
#include "universe.h"

namespace contactor::sim {

/// Mail straight to the world's mail server.
class MailSink final : public ports::Mail {
 public:
  MailSink(Universe& universe, LifeRef life) : universe_(universe), life_(std::move(life)) {}
  void send(ports::MailMessage message, Instant respond_by, ports::Done<Status> done) override;

 private:
  Universe& universe_;
  LifeRef life_;
};

/// Push messages straight to the world's push service.
class PushSink final : public ports::Push {
 public:
  PushSink(Universe& universe, LifeRef life) : universe_(universe), life_(std::move(life)) {}
  void send(ports::PushMessage message, Instant respond_by, ports::Done<Status> done) override;

 private:
  [[nodiscard]] bool sign_in();

  Universe& universe_;
  LifeRef life_;
  std::string access_;
};

}  // namespace contactor::sim
