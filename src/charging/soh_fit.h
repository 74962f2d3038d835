#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace contactor::charging {

/// What one session says of the battery.
struct SohPoint {
  double x = 0;      ///< age against the newest session, 0 or less: days or kilometres
  double wh = 0;     ///< the capacity that it says
  double sd_wh = 1;  ///< how far that is expected to be off, one standard deviation; above 0
};

/// The capacity over age: `wh` at the newest session, changing by `slope` for one unit of x.
struct SohLine {
  double wh = 0;
  double slope = 0;
  [[nodiscard]] double at(double x) const { return wh + slope * x; }
};

/// Half of all weight lies on either side. @pre  not empty, weights above 0; pairs are value and weight.
[[nodiscard]] double weighted_median(std::vector<std::pair<double, double>> values);

/// A line that up to a quarter of wild points cannot move: Theil and Sen's slope (the weighted median over
/// all pairs), then the weighted median of what is left. Cost: O(n² log n).
/// @param is_ageing  false: the slope is 0. @pre  points not empty.
[[nodiscard]] SohLine robust_line(std::span<const SohPoint> points, bool is_ageing);

/// Weighted least squares. A slope only where the points have different ages.
[[nodiscard]] SohLine least_squares(std::span<const SohPoint> points, bool is_ageing);

/// How far a point is from the line, in its own standard deviations.
[[nodiscard]] double distance(const SohPoint& point, const SohLine& line);

/// The spread of distances by their median absolute deviation, scaled to be 1 where the expectation holds.
[[nodiscard]] double robust_spread(std::span<const SohPoint> points, const SohLine& line);

/// Standard deviations of a least squares line, found by drawing its residuals anew: `wh` and `slope`.
/// @param seed  the same seed and points give the same answer.
[[nodiscard]] SohLine bootstrap_errors(std::span<const SohPoint> points, bool is_ageing, std::uint64_t seed);

/// The factor of a two-sided 90 % interval for that many degrees of freedom (Student's distribution).
[[nodiscard]] double student_90(std::size_t degrees);

}  // namespace contactor::charging
