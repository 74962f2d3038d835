#include "charging/sessions_cut.h"

#include <cstdlib>
#include <utility>

#include "charging/sessions_sum.h"

namespace contactor::charging {
namespace {

/// What lies between a reading and the next one.
struct Step {
  bool flows = false;
  bool is_long = false;    ///< longer than kSilenceMax
  bool is_bridge = false;  ///< longer than kBridgeMax
  bool has_moved = false;
  Direction direction = Direction::import_;
};

class Cutter {
 public:
  explicit Cutter(std::span<const Reading> readings)
      : readings_(readings), pairs_(pair_registers(readings)) {}

  std::vector<Stretch> cut() {
    look_at_steps();
    add_what_registers_know();
    join_steps();
    begin_where_charging_was_seen();
    add_lone_readings();
    merge_pauses();
    sum_stretches(readings_, pairs_, stretches_);
    return std::move(stretches_);
  }

 private:
  void look_at_steps() {
    std::optional<std::int64_t> odometer;
    for (std::size_t i = 0; i + 1 < readings_.size(); ++i) {
      const Reading& a = readings_[i];
      const Reading& b = readings_[i + 1];
      if (a.stat.odometer) odometer = a.stat.odometer->count();
      const Millis elapsed = b.at() - a.at();
      Step& step = steps_.emplace_back();
      step.is_long = elapsed > kSilenceMax;
      step.is_bridge = elapsed > kBridgeMax;
      step.has_moved =
          odometer && b.stat.odometer && std::abs(b.stat.odometer->count() - *odometer) > kMovedMetres;
      step.direction = a.flow == Flow::out ? Direction::export_ : Direction::import_;
      step.flows = (a.flow == Flow::in || a.flow == Flow::out) && !step.is_long && !step.has_moved;
    }
  }

  /// Energy belongs to the charging that was seen between two registers. Where none was seen there was some
  /// all the same, right before the second one as far as we know.
  void add_what_registers_know() {
    for (const RegisterPair& pair : pairs_) {
      if (pair.energy_uwh == 0) continue;
      const auto direction = pair.energy_uwh < 0 ? Direction::export_ : Direction::import_;
      bool is_seen = false;
      for (std::size_t i = pair.first; i < pair.last; ++i)
        is_seen |= steps_[i].flows && steps_[i].direction == direction;
      if (is_seen) continue;
      steps_[pair.last - 1].flows = true;
      steps_[pair.last - 1].direction = direction;
    }
  }

  /// Do the steps before and after reading `at` belong to one session?
  [[nodiscard]] bool joins(std::size_t at) const {
    const Step& before = steps_[at - 1];
    const Step& after = steps_[at];
    if (before.direction != after.direction || before.has_moved || after.has_moved) return false;
    if (before.is_bridge || after.is_bridge) return false;
    return !((before.is_long || after.is_long) && readings_[at].flow == Flow::none);
  }

  void join_steps() {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (!steps_[i].flows) continue;
      const bool goes_on = !stretches_.empty() && stretches_.back().last == i && joins(i);
      if (!goes_on) stretches_.push_back({.first = i, .direction = steps_[i].direction});
      stretches_.back().last = i + 1;
    }
  }

  /// A session that was under way when the vehicle was heard again did not begin when it fell silent.
  void begin_where_charging_was_seen() {
    for (Stretch& stretch : stretches_) {
      const bool was_silent = steps_[stretch.first].is_long && readings_[stretch.first].flow != Flow::in;
      const bool is_seen = readings_[stretch.first + 1].flow == Flow::in && stretch.last > stretch.first + 1;
      if (!was_silent || !is_seen || stretch.direction != Direction::import_) continue;
      ++stretch.first;
      stretch.has_lead = true;
    }
  }

  /// Charging that was seen once, with silence around it: a session of which only that moment is known.
  void add_lone_readings() {
    std::vector<Stretch> all;
    std::size_t next = 0;
    for (std::size_t i = 0; i < readings_.size(); ++i) {
      while (next < stretches_.size() && stretches_[next].first <= i) all.push_back(stretches_[next++]);
      const Flow flow = readings_[i].flow;
      if (flow != Flow::in && flow != Flow::out) continue;
      if (!all.empty() && all.back().last >= i) continue;
      all.push_back(
          {.first = i, .last = i, .direction = flow == Flow::out ? Direction::export_ : Direction::import_});
    }
    stretches_ = std::move(all);
  }

  [[nodiscard]] bool is_pause(const Stretch& a, const Stretch& b) const {
    if (a.direction != b.direction || readings_[b.first].at() - readings_[a.last].at() > kPauseMax)
      return false;
    // Also the steps that lead to the pause and away from it.
    const std::size_t from = a.last > a.first ? a.last - 1 : a.last;
    const std::size_t to = b.last > b.first ? b.first + 1 : b.first;
    for (std::size_t i = from; i < to; ++i)
      if (steps_[i].has_moved || steps_[i].is_long) return false;
    return true;
  }

  void merge_pauses() {
    std::vector<Stretch> merged;
    for (const Stretch& stretch : stretches_) {
      if (!merged.empty() && is_pause(merged.back(), stretch))
        merged.back().last = stretch.last;
      else
        merged.push_back(stretch);
    }
    stretches_ = std::move(merged);
  }

  std::span<const Reading> readings_;
  std::vector<RegisterPair> pairs_;
  std::vector<Step> steps_;
  std::vector<Stretch> stretches_;
};

}  // namespace

std::vector<Stretch> cut_sessions(std::span<const Reading> readings) { return Cutter(readings).cut(); }

}  // namespace contactor::charging
