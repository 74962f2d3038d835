// After activation: which model, and so which battery, a vehicle has.

#include "engine/fleet/wave.h"
#include "fleet/enrich.h"

namespace contactor::engine {

void Wave::enrich() {
  phase_ = Phase::enriching;
  if (cloud_.params.acts && cloud_.may_start())
    for (Index i = 0; i < items_.size(); ++i) {
      const WaveItem& item = items_[i];
      const fleet::Vehicle& vehicle = item.at.vehicle;
      if (vehicle.status.value_or(false) && item.at.wanted.active && !vehicle.processed && !item.is_stale)
        to_describe_.push_back(i);
    }
}

void Wave::describe(Index index) {
  in_flight_ += 1;
  cloud_.begin_call();
  cloud_.params.cloud.describe(subject_of(items_[index]),
                               [self = std::weak_ptr(self_), index](Result<fleet::ModelFacts> facts) {
                                 if (const auto still = self.lock())
                                   (*still)->described(index, std::move(facts));
                               });
}

/// What the maker tells decides; what people typed in stands in where the maker tells nothing.
void Wave::described(Index index, Result<fleet::ModelFacts> facts) {
  in_flight_ -= 1;
  cloud_.end_call();
  const WaveItem& item = items_[index];
  const fleet::Wish& wish = item.at.vehicle.wish;
  const bool by_hand = !facts && facts.error().kind == ErrorKind::not_found && !wish.model.empty();
  if (by_hand) facts = fleet::ModelFacts{.name = wish.model, .type = wish.type};
  if (facts) {
    if (const auto* const model = fleet::match_model(cloud_.params.models, item.at.route.make, *facts))
      link_model(index, model->id, by_hand);
    else if (!facts->version.empty())
      put_new_model(index, *facts);
  }
  cloud_.pump();
}

/// An option code names the model exactly: one that is not on record yet is new, not unknown.
void Wave::put_new_model(Index index, const fleet::ModelFacts& facts) {
  fleet::VehicleModel model{.make = std::string(items_[index].at.route.make),
                            .name = facts.name,
                            .type = facts.type,
                            .version = facts.version,
                            .battery_capacity_wh = facts.battery_capacity_wh,
                            .warranty_years = facts.warranty_years,
                            .warranty_km = facts.warranty_km,
                            .source = std::string(fleet::to_string(cloud_.params.oem))};
  committing_ += 1;
  cloud_.params.store.put_model(std::move(model),
                                [self = std::weak_ptr(self_), index](Result<fleet::VehicleModel> stored) {
                                  const auto still = self.lock();
                                  if (!still) return;
                                  (*still)->committing_ -= 1;
                                  if (stored) (*still)->link_model(index, stored->id, false);
                                  (*still)->cloud_.pump();
                                });
}

void Wave::link_model(Index index, std::int64_t model_id, bool by_hand) {
  fleet::Step step{.after = items_[index].at.vehicle, .entry = {}};
  step.after.version += 1;
  step.after.model_id = model_id;
  step.after.processed = true;
  step.after.model_by_hand = by_hand;
  step.after.updated_at = now();
  commit(index, std::move(step), [this](bool) { cloud_.pump(); });
}

}  // namespace contactor::engine
