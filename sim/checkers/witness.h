#pragma once

#include "checkers/commands.h"
#include "checkers/leases.h"
#include "checkers/liveness.h"
#include "checkers/money.h"
#include "checkers/notices.h"
#include "checkers/state.h"

namespace contactor::sim {

/// All checkers together, watching one run from outside.
class Witness final : public Observer {
 public:
  explicit Witness(Universe& universe);

  void step_committed(const ports::ActivationWrite& write) override;
  void outbox_committed(const ports::OutboxWrite& write) override;
  void hands_changed() override { leases_.hands_changed(); }
  void left_after(Millis took) override { leases_.left_after(took); }
  void request_sent(const Life& sender, const ports::HttpRequest& request) override {
    leases_.request_sent(sender, request);
    money_.request_sent(request);
    commands_.request_sent(request);
  }
  void request_ended(const ports::HttpRequest& request, const ports::HttpResponse* response) override {
    money_.request_ended(request, response);
    commands_.request_ended(request, response);
  }
  void callback_handed_over(std::string_view command_id) override { commands_.told_end_of(command_id); }
  void notice_sent(std::string_view key) override { notices_.sent(key); }
  void confirmation_acknowledged(std::string_view command_id) override {
    notices_.confirmation_acknowledged(command_id);
  }
  void process_starts() override;
  void disturbed() override { ++evidence_.disturbances; }
  void clock_set() override {
    ++evidence_.disturbances;
    ++evidence_.clock_settings;
    evidence_.clock_set_at = evidence_.universe.clock.now();
  }

  /// Reads what the world has logged since the last look; to be called after every event.
  void look();
  void at_end();
  [[nodiscard]] const Evidence& evidence() const { return evidence_; }
  [[nodiscard]] Evidence& evidence() { return evidence_; }
  [[nodiscard]] const LivenessChecker& liveness() const { return liveness_; }

 private:
  void step(ActivationId id);

  Evidence evidence_;
  CommandChecker commands_;
  StateChecker state_;
  MoneyChecker money_;
  NoticeChecker notices_;
  LivenessChecker liveness_;
  LeaseChecker leases_;
  std::size_t changes_seen_ = 0;
};

}  // namespace contactor::sim
