#pragma once

#include "ota/advance.h"

namespace contactor::ota {

/// Collects one step: moves along the diagram, money that follows the car, effects. Private to the decisions
/// of this folder.
class StepBuilder {
 public:
  StepBuilder(const Activation& from, const Context& context, std::string_view event_name);

  // -- building blocks
  /// Follows one edge of the diagram; an edge that is not in it ends the process.
  void move_to(State state);
  void say(std::string detail);
  void act(Effect effect) { step_.effects.push_back(std::move(effect)); }
  void as(std::string actor) { actor_ = std::move(actor); }
  void about_command(std::uint32_t ordinal);
  void failed_with(const Failure& failure);
  void move_money(MoneyState to);

  // -- the ways through the diagram
  void send(std::uint64_t generation);
  void succeed();
  void fail(const Failure& failure, std::optional<Millis> retry_after);
  void escalate();
  void open_ticket(const Diagnostics& diagnostics);
  void reverse_payment();
  void end_as_failed();
  void end_as_canceled(bool superseded);
  /// Starts the follower that switches the feature off again; once.
  void compensate(std::string_view reason);
  void wait_for_budget(Instant until, std::string why);

  [[nodiscard]] Activation& next() { return step_.next; }
  [[nodiscard]] const Order& order() const { return *step_.next.order; }
  [[nodiscard]] const Policy& policy() const { return context_.policy; }
  [[nodiscard]] Instant now() const { return context_.now; }
  [[nodiscard]] bool is_deactivation() const { return order().action == Action::deactivate; }

  [[nodiscard]] Step recorded() &&;
  /// The same activation, nothing to store.
  [[nodiscard]] Step ignored() &&;

 private:
  /// One command at a time for a vehicle, also where an older one's answer ended the wait for the newest.
  void leave_no_command_behind();
  void retry_or_give_up(const Failure& failure, std::optional<Millis> retry_after);
  void back_off(Millis delay);
  [[nodiscard]] Order follower(Action action, std::string_view reason) const;

  const Context& context_;
  Instant awaited_until_;  ///< the newest command's answer, when the step began; 0: none was awaited
  std::uint32_t about_ = 0;
  Step step_;
  std::vector<State> path_;
  std::string event_name_;
  std::string actor_ = "engine";
  std::string detail_;
  std::string command_id_;
  std::optional<Failure> failure_;
};

}  // namespace contactor::ota
