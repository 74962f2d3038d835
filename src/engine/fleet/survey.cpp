#include "engine/fleet/survey.h"

namespace contactor::engine {

bool is_due(const fleet::Vehicle& vehicle, Instant now) {
  return vehicle.intent != fleet::Intent::none || vehicle.next_check_at <= now;
}

fleet::Outcome outcome_at_rest(const fleet::Vehicle& vehicle, const fleet::Wanted& wanted) {
  if (!wanted.decided || vehicle.status.value_or(false) == wanted.active) return fleet::Outcome::as_wanted;
  return vehicle.blocked ? fleet::Outcome::failed : fleet::Outcome::pending;
}

Surveyed survey_of(fleet::Vehicle vehicle, const FleetSettings& settings, Instant now) {
  Surveyed surveyed;
  surveyed.route = settings.routes.of(vehicle.vin, vehicle.wish.make);
  const fleet::Place place = fleet::place(vehicle, surveyed.route);
  surveyed.route.oem = place.oem;
  // Whoever has said nothing of it has not asked us to take it from its old cloud either.
  const bool is_ours_to_end = vehicle.wish.requested.has_value() || vehicle.intent != fleet::Intent::none;
  surveyed.wanted = place.leaves && is_ours_to_end
                        ? fleet::kLeaving
                        : fleet::wanted(vehicle.wish, settings.zones.of(vehicle.wish.fleet), now);
  surveyed.vehicle = fleet::placed(std::move(vehicle), place.oem);
  return surveyed;
}

void Survey::start(Each each, ports::Done<Status> done) {
  each_ = std::move(each);
  done_ = std::move(done);
  read_page({});
}

void Survey::read_page(std::string after) {
  ports::VehicleFilter filter;
  filter.after = std::move(after);
  filter.limit = settings_.page;
  filter.walks = true;
  store_.vehicles(std::move(filter), [self = std::weak_ptr(self_)](Result<std::vector<fleet::Vehicle>> page) {
    const auto still = self.lock();
    if (!still) return;
    if (!page) return (*still)->done_(fail(std::move(page.error())));
    (*still)->look_at(std::move(*page));
  });
}

void Survey::look_at(std::vector<fleet::Vehicle> page) {
  const bool is_last = page.size() < settings_.page;
  if (!is_last) read_page(std::string(page.back().vin.str()));
  const Instant now = time_.now();
  for (fleet::Vehicle& vehicle : page) each_(survey_of(std::move(vehicle), settings_, now));
  if (is_last) done_({});
}

}  // namespace contactor::engine
