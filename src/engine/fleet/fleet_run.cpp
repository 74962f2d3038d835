#include "engine/fleet/fleet_run.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"

namespace contactor::engine {

using fleet::Outcome;

namespace {

constexpr Millis kInterruptGrace = std::chrono::seconds(10);

std::uint64_t& count_of(fleet::OemSummary& summary, Outcome outcome) {
  return summary.vehicles[static_cast<std::size_t>(outcome)];
}

}  // namespace

std::string why_absent(const FleetParts& parts, fleet::Oem oem) {
  if (const auto found = parts.unusable.find(oem); found != parts.unusable.end())
    return fmt::format("{} cannot be used: {}", fleet::shown(oem), found->second);
  const auto found = parts.unconfigured.find(oem);
  return found == parts.unconfigured.end()
             ? fmt::format("{} is not configured", fleet::shown(oem))
             : fmt::format("{} is not configured: {}", fleet::shown(oem), found->second);
}

/// Everything of one cloud.
struct FleetRun::Lane {
  fleet::Oem oem = fleet::Oem::tesla;
  ports::OemCloud* cloud = nullptr;  ///< null: not configured
  std::vector<Vin> due;
  std::unique_ptr<LeaseKeeper> lease;
  std::unique_ptr<CloudWorker> worker;
  bool ended = false;
};

FleetRun::FleetRun(FleetParts parts, Options options)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      writer_(parts_.store),
      survey_(parts_.store, parts_.settings, parts_.time) {
  for (const fleet::Oem oem : fleet::all_oems) {
    auto lane = std::make_unique<Lane>();
    lane->oem = oem;
    if (const auto found = parts_.clouds.find(oem); found != parts_.clouds.end()) lane->cloud = found->second;
    lanes_.push_back(std::move(lane));
  }
}

FleetRun::~FleetRun() = default;

bool FleetRun::is_asked_for(fleet::Oem oem) const {
  return options_.oems.empty() || std::ranges::find(options_.oems, oem) != options_.oems.end();
}

void FleetRun::start(ports::Done<Result<fleet::RunSummary>> done) {
  done_ = std::move(done);
  read_models();
}

void FleetRun::read_models() {
  parts_.store.models([self = std::weak_ptr(self_)](Result<std::vector<fleet::VehicleModel>> models) {
    const auto still = self.lock();
    if (!still) return;
    if (!models) return (*still)->done_(fail(std::move(models.error())));
    (*still)->models_ = std::move(*models);
    (*still)->read_owners();
  });
}

void FleetRun::read_owners() {
  parts_.store.tesla_owners(
      [self = std::weak_ptr(self_)](Result<std::vector<ports::StoredTeslaOwner>> owners) {
        const auto still = self.lock();
        if (!still) return;
        FleetRun& run = **still;
        if (!owners) return run.done_(fail(std::move(owners.error())));
        for (const auto& owner : *owners) run.owned_.push_back(owner.vin);
        std::ranges::sort(run.owned_);
        run.options_.single_teslas ? run.survey_owned(0) : run.survey();
      });
}

void FleetRun::survey_owned(std::size_t from) {
  const std::size_t to = std::min(owned_.size(), from + parts_.settings.page);
  if (from == to) return start_lanes();
  const auto at = [this](std::size_t index) { return owned_.begin() + static_cast<std::ptrdiff_t>(index); };
  parts_.store.find_vehicles(std::vector<Vin>(at(from), at(to)),
                             [self = std::weak_ptr(self_), to](Result<std::vector<fleet::Vehicle>> found) {
                               const auto still = self.lock();
                               if (!still) return;
                               FleetRun& run = **still;
                               if (!found) return run.done_(fail(std::move(found.error())));
                               const Instant now = run.parts_.time.now();
                               for (fleet::Vehicle& vehicle : *found)
                                 run.sort_in(survey_of(std::move(vehicle), run.parts_.settings, now));
                               run.survey_owned(to);
                             });
}

void FleetRun::survey() {
  if (!options_.only.empty()) {
    const Instant at = parts_.time.now();
    parts_.store.find_vehicles(
        options_.only, [self = std::weak_ptr(self_), at](Result<std::vector<fleet::Vehicle>> found) {
          const auto still = self.lock();
          if (!still) return;
          if (!found) return (*still)->done_(fail(std::move(found.error())));
          for (fleet::Vehicle& vehicle : *found) {
            vehicle.next_check_at = Instant();  // They were asked for by name.
            (*still)->sort_in(survey_of(std::move(vehicle), (*still)->parts_.settings, at));
          }
          (*still)->start_lanes();
        });
    return;
  }
  survey_.start([this](Surveyed surveyed) { sort_in(std::move(surveyed)); },
                [this](Status ended) {
                  if (!ended) return done_(fail(std::move(ended.error())));
                  start_lanes();
                });
}

/// Every vehicle is counted in exactly one place.
void FleetRun::sort_in(Surveyed surveyed) {
  // RULINGS T34: one route for each vehicle.
  if (!options_.single_teslas && std::ranges::binary_search(owned_, surveyed.vehicle.vin)) return;
  const auto oem = surveyed.route.oem;
  if (oem && !is_asked_for(*oem)) return;
  if (!oem && !options_.oems.empty()) return;
  summary_.vehicles += 1;
  if (!oem) {
    summary_.unmapped += 1;
    return;
  }
  Lane& lane = *lanes_[static_cast<std::size_t>(*oem)];
  fleet::OemSummary& of_lane = summary_.by_oem[static_cast<std::size_t>(*oem)];
  if (lane.cloud == nullptr) {
    count_of(of_lane, Outcome::not_configured) += 1;
  } else if (is_due(surveyed.vehicle, parts_.time.now())) {
    lane.due.push_back(surveyed.vehicle.vin);
  } else {
    count_of(of_lane, outcome_at_rest(surveyed.vehicle, surveyed.wanted)) += 1;
    quiet_ += 1;
  }
}

void FleetRun::start_lanes() {
  running_ = lanes_.size();
  for (auto& lane : lanes_) start_lane(*lane);
}

/// Variables that are missing are somebody's decision; a key that does not open is a failure.
void FleetRun::tell_absence(const Lane& lane) {
  fleet::OemSummary& of_lane = summary_.by_oem[static_cast<std::size_t>(lane.oem)];
  if (count_of(of_lane, Outcome::not_configured) == 0) return;
  if (const auto found = parts_.unusable.find(lane.oem); found != parts_.unusable.end())
    of_lane.trouble = found->second;
  if (const auto found = parts_.unconfigured.find(lane.oem); found != parts_.unconfigured.end())
    of_lane.missing = found->second;
}

void FleetRun::start_lane(Lane& lane) {
  if (lane.cloud == nullptr) tell_absence(lane);
  if (lane.cloud == nullptr || lane.due.empty() || interrupted_) return lane_ended(lane);
  lane.lease = std::make_unique<LeaseKeeper>(LeaseKeeper::Params{
      .store = parts_.store,
      .time = parts_.time,
      .name = options_.single_teslas ? std::string("fleet:tesla-individual")
                                     : fmt::format("fleet:{}", fleet::to_string(lane.oem)),
      .holder = options_.holder,
      .term = parts_.settings.lease_term,
      .call_takes_at_most = parts_.settings.call_takes_at_most});
  if (!options_.acts) return start_worker(lane);
  lane.lease->take([this, &lane](Result<ports::FleetLease> lease) {
    if (lease && lease->granted) return start_worker(lane);
    fleet::OemSummary& of_lane = summary_.by_oem[static_cast<std::size_t>(lane.oem)];
    count_of(of_lane, Outcome::held) += lane.due.size();
    of_lane.trouble =
        lease ? fmt::format("another run works on it: {}", lease->holder) : lease.error().message();
    lane.lease.reset();
    lane_ended(lane);
  });
}

void FleetRun::start_worker(Lane& lane) {
  lane.worker = std::make_unique<CloudWorker>(CloudWorker::Params{
      .oem = lane.oem,
      .cloud = *lane.cloud,
      .store = parts_.store,
      .writer = writer_,
      .time = parts_.time,
      .settings = parts_.settings,
      .models = models_,
      .run = options_.run,
      .acts = options_.acts,
      .may_call = [this, keeper = lane.lease.get()] { return !options_.acts || keeper->covers_a_call(); },
      .on_progress =
          [this, oem = lane.oem](std::uint64_t done, std::uint64_t total) {
            if (options_.on_progress) options_.on_progress(oem, done, total);
          }});
  lane.worker->start(std::move(lane.due), [this, &lane] {
    take_summary(lane);
    lane_ended(lane);
  });
}

void FleetRun::take_summary(const Lane& lane) {
  fleet::OemSummary& of_lane = summary_.by_oem[static_cast<std::size_t>(lane.oem)];
  const fleet::OemSummary& of_worker = lane.worker->summary();
  for (std::size_t i = 0; i < fleet::outcome_count; ++i) of_lane.vehicles[i] += of_worker.vehicles[i];
  of_lane.calls = of_worker.calls;
  of_lane.reasons = of_worker.reasons;
  of_lane.trouble = of_worker.trouble;
}

void FleetRun::lane_ended(Lane& lane) {
  if (std::exchange(lane.ended, true)) return;
  running_ -= 1;
  const auto next = [self = std::weak_ptr(self_)] {
    if (const auto still = self.lock(); still && (*still)->running_ == 0) (*still)->answer();
  };
  if (!lane.lease || !options_.acts) return next();
  running_ += 1;
  lane.lease->release([self = std::weak_ptr(self_), next] {
    const auto still = self.lock();
    if (!still) return;
    (*still)->running_ -= 1;
    next();
  });
}

void FleetRun::answer() {
  if (!done_) return;
  summary_.interrupted = interrupted_;
  // What a call that hangs has kept from being counted is not known: the next run looks.
  for (const auto& lane : lanes_) {
    if (!lane->worker || lane->ended) continue;
    take_summary(*lane);
    count_of(summary_.by_oem[static_cast<std::size_t>(lane->oem)], Outcome::pending) +=
        lane->worker->uncounted();
  }
  std::exchange(done_, nullptr)(summary_);
}

void FleetRun::interrupt() {
  if (std::exchange(interrupted_, true)) return;
  for (auto& lane : lanes_)
    if (lane->worker && !lane->ended) lane->worker->interrupt();
  parts_.time.call_at(parts_.time.now() + kInterruptGrace, [self = std::weak_ptr(self_)] {
    if (const auto still = self.lock()) (*still)->answer();
  });
}

fleet::Plan FleetRun::take_plan() {
  fleet::Plan plan;
  plan.id = options_.run;
  plan.made_at = parts_.time.now();
  plan.oems = options_.oems;
  plan.as_wanted = quiet_;
  for (auto& lane : lanes_) {
    if (!lane->worker) continue;
    plan.as_wanted += lane->worker->as_wanted_in_plan();
    std::ranges::move(lane->worker->take_plan(), std::back_inserter(plan.items));
  }
  std::ranges::sort(plan.items, {}, &fleet::PlanItem::vin);
  return plan;
}

}  // namespace contactor::engine
