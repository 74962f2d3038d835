#include "charging/sessions_window.h"

#include <algorithm>

#include "charging/sessions_cut.h"
#include "charging/sessions_reading.h"

namespace contactor::charging {
namespace {

struct Seen {
  Reading reading;
  std::size_t at = 0;  ///< index of its stat
};

/// What the sessions are cut from: stats with a fault have no say in them.
std::vector<Seen> readings_of(std::span<const ChargingStat> stats) {
  std::vector<Seen> found;
  for (std::size_t i = 0; i < stats.size(); ++i) {
    ChargingStat cleaned = without_placeholders(stats[i]);
    if (!fault_of(cleaned)) found.push_back({read_stat(std::move(cleaned)), i});
  }
  return found;
}

struct Asked {
  bool registers = false;
  bool odometers = false;
};

Asked asked_of(std::span<const Seen> all) {
  Asked asked;
  for (const Seen& seen : all) {
    asked.registers |= seen.reading.register_uwh.has_value();
    asked.odometers |= seen.reading.stat.odometer.has_value();
  }
  return asked;
}

bool has_register(const Seen& seen) { return seen.reading.register_uwh.has_value(); }

bool may_stand_alone(std::span<const Seen> run, std::size_t i, Asked asked) {
  const Seen& it = run[i];
  if (asked.odometers && !it.reading.stat.odometer) return false;
  if (!asked.registers) return true;
  return has_register(it) && std::ranges::any_of(run.first(i), has_register) &&
         std::ranges::any_of(run.subspan(i + 1), has_register);
}

std::optional<std::size_t> quiet_in(std::span<const Seen> run, Asked asked) {
  if (run.size() < 3 || run.back().reading.at() - run.front().reading.at() <= kPauseMax) return std::nullopt;
  for (std::size_t i = 1; i + 1 < run.size(); ++i)
    if (may_stand_alone(run, i, asked)) return run[i].at;
  return std::nullopt;
}

/// The end of the run from `begin` on: all say "not charging", with one register value all along.
std::size_t end_of_run(std::span<const Seen> side, std::size_t begin) {
  std::optional<std::int64_t> value;
  std::size_t end = begin;
  for (; end < side.size() && side[end].reading.flow == Flow::none; ++end) {
    const auto& next = side[end].reading.register_uwh;
    if (value && next && *next != *value) break;
    if (next) value = next;
  }
  return end;
}

/// @param is_nearest_last  the last one, else the first one.
std::optional<std::size_t> find_quiet(std::span<const Seen> side, Asked asked, bool is_nearest_last) {
  std::optional<std::size_t> found;
  for (std::size_t begin = 0; begin < side.size();) {
    const std::size_t end = end_of_run(side, begin);
    if (const auto quiet = quiet_in(side.subspan(begin, end - begin), asked)) {
      found = quiet;
      if (!is_nearest_last) return found;
    }
    begin = end > begin ? end : begin + 1;
  }
  return found;
}

}  // namespace

QuietSides quiet_sides(const StreamPart& part) {
  const auto all = readings_of(part.stats);
  const Asked asked = asked_of(all);
  const auto at = [](const Seen& seen) { return seen.reading.at(); };
  const auto oldest = std::ranges::lower_bound(all, part.oldest_new, {}, at);
  const auto newest = std::ranges::upper_bound(all, part.newest_new, {}, at);
  return {.before = find_quiet({all.begin(), oldest}, asked, true),
          .behind = find_quiet({newest, all.end()}, asked, false)};
}

std::optional<StreamWindow> window_of(const StreamPart& part, const QuietSides& sides) {
  if (part.stats.empty() || (!sides.before && !part.has_begin) || (!sides.behind && !part.has_end))
    return std::nullopt;
  return StreamWindow{.first = sides.before.value_or(0),
                      .last = sides.behind.value_or(part.stats.size() - 1)};
}

}  // namespace contactor::charging
