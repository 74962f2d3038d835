#include "charging/soh.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "charging/soh_fit.h"
#include "charging/soh_select.h"

namespace contactor::charging {
namespace {

/// A session farther from the line than that many standard deviations does not belong.
constexpr double kOffTheLine = 3.5;
constexpr std::size_t kTrendSessionsMin = 8;
constexpr double kTrendDaysMin = 120;
constexpr double kTrendMetresMin = 8'000'000;
constexpr double kYearOfDays = 365.25;
/// Where no trend can be seen, the sessions still are older than the newest one: a part of the capacity a
/// year.
constexpr double kAgeingInAYear = 0.03;
constexpr double kNormal90 = 1.645;
// Fixed: the same sessions give the same answer on every machine and day.
constexpr std::uint64_t kSeed = 0x5eed0f50c;

double days_before(const SohCandidate& it, Instant newest) {
  return (static_cast<double>(it.session->ended_at->millis()) - static_cast<double>(newest.millis())) /
         86'400'000;
}

/// In doubles: what was reported may be anything.
double metres_between(Metres from, Metres to) {
  return static_cast<double>(to.count()) - static_cast<double>(from.count());
}

/// Do all sessions, in order of their end, have an odometer that never goes back? A single wrong one would
/// pull at the line like no wrong energy can.
bool has_rising_odometer(const std::vector<SohCandidate>& candidates) {
  std::optional<Metres> before;
  for (const SohCandidate& it : candidates) {
    if (!it.session->odometer || (before && *it.session->odometer < *before)) return false;
    before = it.session->odometer;
  }
  return true;
}

WattHours watt_hours(double value) { return WattHours(std::llround(value)); }

/// One estimate on its way: candidates become points, points a line, the line an answer.
class Estimate {
 public:
  Estimate(std::span<const SohSession> sessions, const SohModel& model, std::optional<MilliPercent> oem_value)
      : model_(model), selection_(select_sessions(sessions, model.losses)) {
    answer_.oem_value = oem_value;
  }

  SohAnswer finish() {
    if (has_enough()) {
      choose_age();
      reject_off_the_line();
    }
    if (has_enough()) {
      // Without the ones that are off, the rest may no longer reach far enough for a trend.
      choose_age();
      fit();
      hold_against_model();
    }
    answer_.rejected = std::move(selection_.rejected);
    tell_used();
    judge();
    return std::move(answer_);
  }

 private:
  [[nodiscard]] std::vector<SohCandidate>& candidates() { return selection_.candidates; }
  [[nodiscard]] bool has_enough() const { return selection_.candidates.size() >= kSohSessionsMin; }

  /// Distance ages a battery more evenly than time, where all sessions have it; without enough of either the
  /// capacity counts as constant.
  void choose_age() {
    points_.clear();
    const Instant newest = *candidates().back().session->ended_at;
    const auto& last_odometer = candidates().back().session->odometer;
    const bool has_odometer = has_rising_odometer(candidates());
    double metres = 0, days = 0;
    for (const SohCandidate& it : candidates()) {
      SohPoint& point = points_.emplace_back(
          SohPoint{.x = days_before(it, newest), .wh = it.capacity_wh, .sd_wh = it.sd_wh});
      days = std::max(days, -point.x);
      if (has_odometer) metres = std::max(metres, metres_between(*it.session->odometer, *last_odometer));
    }
    const bool is_enough = points_.size() >= kTrendSessionsMin;
    by_distance_ = is_enough && has_odometer && metres >= kTrendMetresMin;
    is_ageing_ = by_distance_ || (is_enough && days >= kTrendDaysMin);
    if (!by_distance_) return;
    for (std::size_t i = 0; i < points_.size(); ++i)
      points_[i].x = metres_between(*last_odometer, *candidates()[i].session->odometer) / 1e7;
  }

  void reject_off_the_line() {
    const SohLine line = robust_line(points_, is_ageing_);
    const double most = kOffTheLine * std::max(1.0, robust_spread(points_, line));
    std::vector<SohCandidate> kept;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (std::abs(distance(points_[i], line)) <= most)
        kept.push_back(candidates()[i]);
      else
        selection_.rejected.push_back({candidates()[i].session->id, SohRejection::off_the_line});
    }
    off_the_line_ = points_.size() - kept.size();
    candidates() = std::move(kept);
  }

  /// How far the answer moves when the losses of one kind are one standard deviation other than believed; and
  /// what the age of the sessions hides where there is no trend.
  [[nodiscard]] double systematic_error(const SohLine& line) const {
    double squares = 0;
    for (const MeasuredAt kind : {MeasuredAt::unknown, MeasuredAt::ac, MeasuredAt::dc, MeasuredAt::battery}) {
      const Efficiency& efficiency = efficiency_at(model_.losses, kind);
      const double part =
          static_cast<double>(efficiency.uncertainty.count()) / static_cast<double>(efficiency.value.count());
      auto moved = points_;
      for (std::size_t i = 0; i < moved.size(); ++i)
        if (selection_.candidates[i].measured_at == kind) moved[i].wh *= 1 + part;
      const double by = least_squares(moved, is_ageing_).wh - line.wh;
      squares += by * by;
    }
    if (!is_ageing_) {
      double days = 0;
      for (const SohPoint& point : points_) days -= point.x;
      const double aged = line.wh * kAgeingInAYear * days / static_cast<double>(points_.size()) / kYearOfDays;
      squares += aged * aged;
    }
    return std::sqrt(squares);
  }

  void fit() {
    const SohLine line = least_squares(points_, is_ageing_);
    const SohLine error = bootstrap_errors(points_, is_ageing_, kSeed);
    const double student = student_90(points_.size() - (is_ageing_ ? 2 : 1));
    const double half = std::hypot(student * error.wh, kNormal90 * systematic_error(line));
    answer_.capacity = {watt_hours(line.wh), watt_hours(line.wh - half), watt_hours(line.wh + half)};
    answer_.outcome = SohOutcome::capacity_only;
    answer_.as_of = *candidates().back().session->ended_at;
    if (!is_ageing_) return;
    const double unit = by_distance_ ? 1 : kYearOfDays;
    const double around = student * error.slope * unit;
    answer_.trend = {by_distance_ ? SohTrend::Over::ten_thousand_km : SohTrend::Over::year,
                     {watt_hours(line.slope * unit), watt_hours(line.slope * unit - around),
                      watt_hours(line.slope * unit + around)}};
  }

  void hold_against_model() {
    if (!model_.capacity || model_.capacity->count() <= 0) return;
    const auto part = [this](WattHours value) {
      return MilliPercent(scaled(value.count(), 100'000, model_.capacity->count()).value_or(INT64_MAX));
    };
    const auto& capacity = *answer_.capacity;
    const MilliPercent value = part(capacity.value);
    fits_model_ = value >= MilliPercent(40'000) && value <= MilliPercent(115'000);
    if (!fits_model_) return;
    answer_.outcome = SohOutcome::estimated;
    answer_.soh = {value, part(capacity.low), part(capacity.high)};
  }

  void tell_used() {
    if (answer_.outcome == SohOutcome::not_enough_data)
      answer_.sessions_missing = kSohSessionsMin - candidates().size();
    for (const SohCandidate& it : candidates())
      answer_.used.push_back({it.session->id, watt_hours(it.capacity_wh),
                              MilliPercent(std::llround(it.change * 1e5)), it.measured_at});
    std::ranges::stable_sort(answer_.rejected, {}, &SohRejected::id);
  }

  [[nodiscard]] bool losses_are_assumed() const {
    const auto unknown = std::ranges::count(answer_.used, MeasuredAt::unknown, &SohUsed::measured_at);
    return static_cast<std::size_t>(unknown) * 2 > answer_.used.size();
  }

  [[nodiscard]] bool oem_disagrees() const {
    if (!answer_.oem_value || !answer_.soh) return false;
    const std::int64_t value = answer_.oem_value->count();
    return value < answer_.soh->low.count() - 5'000 || value > answer_.soh->high.count() + 5'000;
  }

  void judge() {
    if (answer_.outcome == SohOutcome::not_enough_data) return;
    const auto& capacity = *answer_.capacity;
    const double half = static_cast<double>(capacity.high.count() - capacity.low.count()) / 2 /
                        static_cast<double>(capacity.value.count());
    const std::size_t n = answer_.used.size();
    int level = n >= 12 && half <= 0.03 ? 3 : n >= 8 && half <= 0.06 ? 2 : 1;
    // Doubts that cost one step, and those that leave no more than the lowest one.
    const auto doubt = [&](bool is_so, SohDoubt why, int costs) {
      if (!is_so) return;
      answer_.doubts.push_back(why);
      level = std::max(1, level - costs);
    };
    doubt(n < 12, SohDoubt::few_sessions, 0);
    doubt(half > 0.03, SohDoubt::wide_interval, 0);
    doubt(!model_.capacity, SohDoubt::model_missing, 0);
    doubt(model_.capacity && model_.is_typed_by_hand, SohDoubt::model_typed_by_hand, 1);
    doubt(!fits_model_, SohDoubt::model_does_not_fit, 2);
    doubt(answer_.soh && answer_.soh->value > MilliPercent(105'000), SohDoubt::above_new, 2);
    doubt(losses_are_assumed(), SohDoubt::losses_assumed, 1);
    doubt(off_the_line_ * 4 >= n + off_the_line_, SohDoubt::many_rejected, 1);
    doubt(oem_disagrees(), SohDoubt::oem_disagrees, 1);
    answer_.confidence = static_cast<Confidence>(level);
  }

  const SohModel& model_;
  SohSelection selection_;
  SohAnswer answer_;
  std::vector<SohPoint> points_;
  bool is_ageing_ = false;
  bool by_distance_ = false;
  bool fits_model_ = true;
  std::size_t off_the_line_ = 0;
};

}  // namespace

SohAnswer estimate_soh(std::span<const SohSession> sessions, const SohModel& model,
                       std::optional<MilliPercent> oem_value) {
  return Estimate(sessions, model, oem_value).finish();
}

}  // namespace contactor::charging
