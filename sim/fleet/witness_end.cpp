// What runs say of themselves, what people are told, and how everything must stand at the end.

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "fleet/fleet_witness.h"

namespace contactor::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Two runs, and the hour for which a credential rests after its third refusal.
constexpr Millis kTwoCycles = kRunEvery * 2 + hours(1) + minutes(10);

std::string summary_text(const engine::FleetRunView& view) {
  std::string text = fmt::format("{} ({})", view.id, engine::to_string(view.kind));
  for (const fleet::Oem oem : fleet::all_oems) {
    const auto& of_oem = view.summary->by_oem[static_cast<std::size_t>(oem)];
    text += fmt::format("; {}", fleet::to_string(oem));
    for (std::size_t i = 0; i < fleet::outcome_count; ++i)
      if (of_oem.vehicles[i] > 0)
        text += fmt::format(" {} {}", of_oem.vehicles[i], fleet::to_string(static_cast<fleet::Outcome>(i)));
    if (!of_oem.trouble.empty()) text += fmt::format(" ({})", of_oem.trouble);
  }
  return text;
}

}  // namespace

void FleetWitness::run_ended(const engine::FleetRunView& view, std::size_t before, bool is_of_all) {
  if (!view.summary) return;
  const fleet::RunSummary& summary = *view.summary;
  std::uint64_t sum = summary.unmapped;
  for (std::size_t oem = 0; oem < fleet::oem_count; ++oem)
    for (std::size_t i = 0; i < fleet::outcome_count; ++i) {
      const std::uint64_t count = summary.by_oem[oem].vehicles[i];
      sum += count;
      if (count > 0) outcomes[std::string(fleet::to_string(static_cast<fleet::Outcome>(i)))] += count;
    }
  if (summary.unmapped > 0) outcomes["unmapped"] += summary.unmapped;
  if (summary.interrupted) return;
  if (sum != summary.vehicles)
    violated("O4", {},
             fmt::format("{} of {} vehicles are counted in {}", sum, summary.vehicles, summary_text(view)));
  const std::size_t after = universe_.disk.fleet.vehicles.size();
  if (is_of_all && (summary.vehicles < before || summary.vehicles > after))
    violated("O4", {},
             fmt::format("{} counts {} vehicles of {} to {}", view.id, summary.vehicles, before, after));
}

/// What no cloud serves is told once: twice only where something went wrong in between.
void FleetWitness::told(std::string_view text) {
  if (text.starts_with("Still so:")) return;
  for (const CarPlan& car : universe_.scenario.cars) {
    const std::string name = car.vin.masked();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const std::string_view line = text.substr(at, end - at);
      at = end + 1;
      if (line.find("no cloud serves. Check") == std::string_view::npos ||
          line.find(name) == std::string_view::npos)
        continue;
      const auto [before, is_first] = tellings_.try_emplace(name, disturbances_);
      if (!is_first && before->second == disturbances_)
        violated("O4", car.vin, "people are told twice that no cloud serves it");
      before->second = disturbances_;
    }
  }
}

void FleetWitness::check_nothing_is_overdue() {
  for (const auto& [key, row] : universe_.disk.fleet.vehicles) {
    // What no cloud serves, and none has anything of, is nobody's to look at.
    if (!fleet::place(row, universe_.settings.routes.of(row.vin, row.wish.make)).oem) continue;
    const Instant due = row.intent != fleet::Intent::none ? row.intent_at : row.next_check_at;
    if (now() - std::max(due, healed_at_) > kTwoCycles)
      violated("O1", row.vin, fmt::format("due since {} and not looked at", to_rfc3339(due)));
  }
}

std::string FleetWitness::unsettled(const CarPlan& car) const {
  const fleet::Vehicle* const row = universe_.disk.fleet.find(car.vin);
  // What nobody has said anything about is left where it is.
  if (row == nullptr || !row->wish.requested) return "";
  const auto route = universe_.settings.routes.of(row->vin, row->wish.make);
  if (!route.oem) return row->status == true ? "active without a cloud" : "";
  const bool is_on = universe_.cloud(*route.oem).is_active(car.vin, now());
  if (row->oem != route.oem) return "still at another cloud";
  if (row->intent != fleet::Intent::none) return "a call is open";
  // Nobody looks at a vehicle that is blocked: whoever switches it on meanwhile is not seen.
  if (row->blocked && !row->status.value_or(false)) return "";
  if (row->status.value_or(false) != is_on)
    return is_on ? "active, and recorded otherwise" : "recorded as active";
  const auto want = wanted(row->wish, now());
  if (!want || *want == is_on) return "";
  if (!*want) return "active, and not wanted";
  // Renault's own cloud does not know Nissan, whatever the table of makes says.
  const bool is_served = route.make != "nissan" || route.oem != fleet::Oem::renault;
  const bool is_willing = car.temper < world::Temper::refused && is_served;
  if (is_willing) return "wanted, and not active";
  const bool has_reason = row->blocked || (!row->next_check_at.is_never() && row->next_check_at > healed_at_);
  return has_reason ? "" : "refused, without a reason on record";
}

bool FleetWitness::all_settled() const {
  return std::ranges::all_of(universe_.scenario.cars,
                             [&](const CarPlan& car) { return unsettled(car).empty(); });
}

void FleetWitness::at_end() {
  for (const CarPlan& car : universe_.scenario.cars)
    if (const std::string why = unsettled(car); !why.empty())
      violated(why.find("record") == std::string::npos ? "O1" : "S1", car.vin, why);
  check_metrics();
}

/// Of today and each cloud one row, with the number that a count of the vehicles gives.
void FleetWitness::check_metrics() {
  std::map<std::string, std::uint64_t> active;
  for (const auto& [key, row] : universe_.disk.fleet.vehicles)
    active[row.oem ? std::string(fleet::to_string(*row.oem)) : "unmapped"] += row.status == true ? 1U : 0U;
  const auto today = fleet::to_string(universe_.settings.zones.standard.day_of(now()));
  for (const auto& [oem, count] : active) {
    const auto found = universe_.disk.fleet.metrics.find({today, oem});
    if (found == universe_.disk.fleet.metrics.end())
      violated("O6", {}, fmt::format("no metric of {} for {}", today, oem));
    else if (found->second.activated != count)
      violated("O6", {},
               fmt::format("the metric of {} says {} for {}, and {} are active", today,
                           found->second.activated, oem, count));
  }
  for (const auto& [key, metric] : universe_.disk.fleet.metrics)
    if (key.first == today && !active.contains(key.second) && metric.activated != 0)
      violated("O6", {},
               fmt::format("the metric of {} says {} for {}, which has no vehicle", today, metric.activated,
                           key.second));
}

std::string FleetWitness::story_of(const Vin& vin) const {
  std::string text = fmt::format("story of {}\n", vin.str());
  for (const CarPlan& car : universe_.scenario.cars)
    if (car.vin == vin)
      text += fmt::format("  temper {}, fleet {}\n", world::to_string(car.temper), car.fleet);
  const auto found = notes_.find(vin);
  if (found == notes_.end()) return text;
  const std::size_t first = found->second.size() > 80 ? found->second.size() - 80 : 0;
  for (std::size_t i = first; i < found->second.size(); ++i) text += fmt::format("  {}\n", found->second[i]);
  return text;
}

}  // namespace contactor::sim
