#include "charging/soh_fit.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/prng.h"
#include "base/result.h"

namespace contactor::charging {
namespace {

constexpr std::size_t kReplicates = 300;
/// The median absolute deviation of a normal distribution is that part of its standard deviation.
constexpr double kMadToSd = 1.4826;
/// Residuals that happen to agree do not make a few sessions exact.
constexpr double kLeastSpread = 0.5;

double weight_of(const SohPoint& point) { return 1 / (point.sd_wh * point.sd_wh); }

double theil_sen_slope(std::span<const SohPoint> points) {
  std::vector<std::pair<double, double>> slopes;
  slopes.reserve(points.size() * (points.size() - 1) / 2);
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      const double dx = points[j].x - points[i].x;
      if (dx == 0) continue;
      const double noise = std::hypot(points[i].sd_wh, points[j].sd_wh);
      slopes.emplace_back((points[j].wh - points[i].wh) / dx, std::abs(dx) / noise);
    }
  return slopes.empty() ? 0 : weighted_median(std::move(slopes));
}

/// Residuals in standard deviations, centred, and widened by what the fit has taken out of them.
std::vector<double> residuals(std::span<const SohPoint> points, const SohLine& line, std::size_t parameters) {
  std::vector<double> found;
  double sum = 0;
  for (const SohPoint& point : points) sum += found.emplace_back(distance(point, line));
  const auto n = static_cast<double>(points.size());
  const double left = std::max(1.0, n - static_cast<double>(parameters));
  double squares = 0;
  for (double& residual : found) {
    residual -= sum / n;
    squares += residual * residual;
  }
  const double spread = std::sqrt(squares / left);
  if (spread < kLeastSpread) {
    // Too alike to draw from: two values whose spread is the least that is believed.
    for (std::size_t i = 0; i < found.size(); ++i) found[i] = i % 2 == 0 ? kLeastSpread : -kLeastSpread;
    return found;
  }
  for (double& residual : found) residual *= std::sqrt(n / left);
  return found;
}

double spread_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

}  // namespace

double weighted_median(std::vector<std::pair<double, double>> values) {
  CTR_ASSERT(!values.empty());
  std::ranges::sort(values);
  double total = 0;
  for (const auto& [value, weight] : values) total += weight;
  double below = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    below += values[i].second;
    if (below * 2 < total) continue;
    // Exactly half on either side: between the two.
    const bool is_even = below * 2 == total && i + 1 < values.size();
    return is_even ? (values[i].first + values[i + 1].first) / 2 : values[i].first;
  }
  return values.back().first;
}

SohLine robust_line(std::span<const SohPoint> points, bool is_ageing) {
  SohLine line{.wh = 0, .slope = is_ageing ? theil_sen_slope(points) : 0};
  std::vector<std::pair<double, double>> levels;
  levels.reserve(points.size());
  for (const SohPoint& point : points) levels.emplace_back(point.wh - line.slope * point.x, weight_of(point));
  line.wh = weighted_median(std::move(levels));
  return line;
}

SohLine least_squares(std::span<const SohPoint> points, bool is_ageing) {
  double weights = 0, x_sum = 0, wh_sum = 0;
  for (const SohPoint& point : points) {
    const double weight = weight_of(point);
    weights += weight;
    x_sum += weight * point.x;
    wh_sum += weight * point.wh;
  }
  const double x_mean = x_sum / weights;
  const double wh_mean = wh_sum / weights;
  if (!is_ageing) return {.wh = wh_mean, .slope = 0};
  double xx = 0, xy = 0;
  for (const SohPoint& point : points) {
    const double weight = weight_of(point);
    xx += weight * (point.x - x_mean) * (point.x - x_mean);
    xy += weight * (point.x - x_mean) * (point.wh - wh_mean);
  }
  const double slope = xx > 0 ? xy / xx : 0;
  return {.wh = wh_mean - slope * x_mean, .slope = slope};
}

double distance(const SohPoint& point, const SohLine& line) {
  return (point.wh - line.at(point.x)) / point.sd_wh;
}

double robust_spread(std::span<const SohPoint> points, const SohLine& line) {
  std::vector<std::pair<double, double>> distances;
  distances.reserve(points.size());
  for (const SohPoint& point : points) distances.emplace_back(std::abs(distance(point, line)), 1);
  return weighted_median(std::move(distances)) * kMadToSd;
}

SohLine bootstrap_errors(std::span<const SohPoint> points, bool is_ageing, std::uint64_t seed) {
  const SohLine line = least_squares(points, is_ageing);
  const std::vector<double> pool = residuals(points, line, is_ageing ? 2 : 1);
  std::vector<SohPoint> drawn(points.begin(), points.end());
  std::vector<double> values, slopes;
  Prng prng(seed);
  for (std::size_t round = 0; round < kReplicates; ++round) {
    for (std::size_t i = 0; i < points.size(); ++i)
      drawn[i].wh = line.at(points[i].x) + points[i].sd_wh * pool[prng.below(pool.size())];
    const SohLine again = least_squares(drawn, is_ageing);
    values.push_back(again.wh);
    slopes.push_back(again.slope);
  }
  return {.wh = spread_of(values), .slope = spread_of(slopes)};
}

double student_90(std::size_t degrees) {
  // The 95 % point of Student's distribution; beyond the table its expansion in 1/degrees is exact to 0.001.
  static constexpr std::array<double, 10> kTable{6.314, 2.920, 2.353, 2.132, 2.015,
                                                 1.943, 1.895, 1.860, 1.833, 1.812};
  if (degrees == 0) return kTable[0];
  if (degrees <= kTable.size()) return kTable[degrees - 1];
  const double z = 1.6449;
  return z + (z * z * z + z) / (4 * static_cast<double>(degrees));
}

}  // namespace contactor::charging
