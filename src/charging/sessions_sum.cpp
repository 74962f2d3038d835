#include "charging/sessions_sum.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace contactor::charging {
namespace {

/// Registers and power that differ by less are two ways to measure the same.
constexpr std::int64_t kToleratedUwh = 500'000'000;
constexpr std::int64_t kToleratedPart = 10;  // a tenth

Direction direction_of(const RegisterPair& pair) {
  return pair.energy_uwh < 0 ? Direction::export_ : Direction::import_;
}

/// The register pairs that have a part of a stretch, as a range of indices.
struct Overlap {
  std::size_t first = 0;
  std::size_t last = 0;  ///< behind the last one
};

Overlap overlap_of(std::span<const RegisterPair> pairs, const Stretch& stretch) {
  if (stretch.first == stretch.last && !stretch.has_lead) return {};
  // The pair that ends at the first reading only where it leads to the session.
  const std::size_t begin = stretch.has_lead ? stretch.first - 1 : stretch.first;
  const auto first = std::ranges::upper_bound(pairs, begin, {}, &RegisterPair::last);
  const auto last = std::ranges::lower_bound(pairs, stretch.last, {}, &RegisterPair::first);
  const auto at = static_cast<std::size_t>(first - pairs.begin());
  return {.first = at, .last = std::max(at, static_cast<std::size_t>(last - pairs.begin()))};
}

class Sum {
 public:
  Sum(std::span<const Reading> readings, std::span<const RegisterPair> pairs, const std::vector<int>& sharers,
      Stretch& stretch)
      : readings_(readings), pairs_(pairs), sharers_(sharers), stretch_(stretch) {}

  void fill() {
    const Overlap overlap = overlap_of(pairs_, stretch_);
    std::size_t at = stretch_.first;
    for (std::size_t i = overlap.first; i < overlap.last; ++i) {
      const RegisterPair& pair = pairs_[i];
      integrate(at, std::max(at, pair.first));
      const std::size_t end = std::min(pair.last, stretch_.last);
      if (!take(pair, sharers_[i])) integrate(std::max(at, pair.first), end);
      at = std::max(at, end);
    }
    // What came after the last register is in the energy, so that register is not the end's.
    if (at < stretch_.last) stretch_.end_register.reset();
    integrate(at, stretch_.last);
    finish();
  }

 private:
  /// @return false where the registers do not say what flowed in this stretch.
  bool take(const RegisterPair& pair, int sharers) {
    if (pair.growth == Growth::impossible || (pair.energy_uwh != 0 && sharers != 1)) return false;
    // Most registers count one way only: one that stands still says nothing of what left the vehicle.
    if (direction_of(pair) != stretch_.direction) return false;
    const bool begins_anew = pair.growth == Growth::began_anew;
    // A register that counts each session begins anew with it: that is no mistake.
    const bool is_usual = begins_anew && !stretch_.start_register && readings_[pair.first].flow != Flow::in;
    if (begins_anew && !is_usual) stretch_.quality.add(Flag::counter_reset);
    if (!stretch_.start_register && !has_gap_in_registers_)
      stretch_.start_register = is_usual ? 0 : *readings_[pair.first].register_uwh;
    stretch_.end_register = readings_[pair.last].register_uwh;
    registered_ += pair.energy_uwh;
    stretch_.has_registered = true;
    return true;
  }

  void integrate(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      has_gap_in_registers_ = true;
      const bool is_known = readings_[i + 1].at() - readings_[i].at() <= kSilenceMax &&
                            integral_.add(readings_[i], readings_[i + 1], stretch_.direction);
      if (is_known)
        stretch_.has_integrated = true;
      else
        stretch_.quality.add(Flag::gap);
    }
  }

  void finish() {
    for (std::size_t i = stretch_.first; i < stretch_.last; ++i)
      if (readings_[i + 1].at() - readings_[i].at() > kSilenceMax) stretch_.quality.add(Flag::gap);
    const auto integrated = integral_.micro_watt_hours();
    if (stretch_.has_registered || integrated) {
      const auto total = checked_add(MicroWattHours(registered_), MicroWattHours(integrated.value_or(0)));
      if (total) stretch_.energy_uwh = total->count();
    }
    if (!stretch_.energy_uwh) stretch_.quality.add(Flag::energy_missing);
    if (stretch_.has_integrated) stretch_.quality.add(Flag::energy_integrated);
    hold_against_power();
  }

  /// Where power is known all the way beside the registers, the two must tell about the same.
  void hold_against_power() {
    if (!stretch_.has_registered || stretch_.has_integrated) return;
    EnergyIntegral power;
    for (std::size_t i = stretch_.first; i < stretch_.last; ++i)
      if (readings_[i + 1].at() - readings_[i].at() > kSilenceMax ||
          !power.add(readings_[i], readings_[i + 1], stretch_.direction))
        return;
    const std::int64_t by_power = std::abs(power.micro_watt_hours().value_or(0));
    const std::int64_t by_register = std::abs(*stretch_.energy_uwh);
    // Volts and amps of one phase of three: a third of the energy.
    const bool is_one_phase = by_register * 2 >= by_power * 5 && by_register * 2 <= by_power * 7;
    const std::int64_t off = std::abs(by_power - by_register);
    if (!is_one_phase && off > kToleratedUwh && off > by_register / kToleratedPart)
      stretch_.quality.add(Flag::energy_mismatch);
  }

  std::span<const Reading> readings_;
  std::span<const RegisterPair> pairs_;
  const std::vector<int>& sharers_;
  Stretch& stretch_;
  EnergyIntegral integral_;
  std::int64_t registered_ = 0;
  bool has_gap_in_registers_ = false;
};

}  // namespace

void sum_stretches(std::span<const Reading> readings, std::span<const RegisterPair> pairs,
                   std::span<Stretch> stretches) {
  // How many sessions there are between two registers.
  std::vector<int> sharers(pairs.size());
  for (const Stretch& stretch : stretches) {
    const Overlap overlap = overlap_of(pairs, stretch);
    for (std::size_t i = overlap.first; i < overlap.last; ++i)
      if (direction_of(pairs[i]) == stretch.direction) ++sharers[i];
  }
  for (Stretch& stretch : stretches) Sum(readings, pairs, sharers, stretch).fill();
}

}  // namespace contactor::charging
