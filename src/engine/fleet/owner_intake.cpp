#include "engine/fleet/owner_intake.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace contactor::engine {
namespace {

using Outcomes = std::vector<WishOutcome>;
constexpr int kTries = 3;

/// Entries on their way. Keeps itself alive through the callbacks that it hands out.
class Entering : public std::enable_shared_from_this<Entering> {
 public:
  Entering(OwnerParts parts, std::vector<OwnerEntry> entries, ports::Done<Result<Outcomes>> done)
      : parts_(std::move(parts)), entries_(std::move(entries)), done_(std::move(done)) {
    for (const OwnerEntry& entry : entries_) outcomes_.push_back({.vin = entry.vin});
  }

  void start() {
    if (tries_++ == kTries)
      return done_(fail(ErrorKind::conflict, "fleet", "somebody else keeps changing the same owners"));
    parts_.store.tesla_owners(
        [self = shared_from_this()](Result<std::vector<ports::StoredTeslaOwner>> owners) {
          if (!owners) return self->done_(fail(std::move(owners.error())));
          self->owners_.clear();
          for (auto& owner : *owners) self->owners_.emplace(owner.vin, std::move(owner));
          self->read_vehicles();
        });
  }

 private:
  void read_vehicles() {
    std::vector<Vin> vins;
    for (const OwnerEntry& entry : entries_) vins.push_back(entry.vin);
    parts_.store.find_vehicles(std::move(vins),
                               [self = shared_from_this()](Result<std::vector<fleet::Vehicle>> found) {
                                 if (!found) return self->done_(fail(std::move(found.error())));
                                 self->vehicles_.clear();
                                 for (fleet::Vehicle& vehicle : *found)
                                   self->vehicles_.emplace(vehicle.vin, std::move(vehicle));
                                 self->decide();
                               });
  }

  void decide() {
    steps_.clear();
    std::vector<ports::StoredTeslaOwner> rows;
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (Status decided = decide_one(i, rows); !decided) return done_(fail(std::move(decided.error())));
    put_rows(std::move(rows));
  }

  Status decide_one(std::size_t i, std::vector<ports::StoredTeslaOwner>& rows) {
    const OwnerEntry& entry = entries_[i];
    const auto known = vehicles_.find(entry.vin);
    const fleet::Vehicle vehicle =
        known == vehicles_.end() ? fleet::Vehicle{.vin = entry.vin} : known->second;
    if (!vehicle.wish.fleet.empty() && vehicle.wish.fleet != parts_.fleet) {
      outcomes_[i].kind = WishOutcome::Kind::claimed;
      outcomes_[i].fleet = vehicle.wish.fleet;
      return {};
    }
    CTR_TRY(is_new_consent, add_row(i, rows));
    // Once it is stored, a second try no longer sees that it was new.
    is_new_[i] = is_new_[i] || is_new_consent;
    add_step(vehicle, is_new_[i]);
    return {};
  }

  /// @return  whether there is a code that nobody has used before.
  Result<bool> add_row(std::size_t i, std::vector<ports::StoredTeslaOwner>& rows) {
    const OwnerEntry& entry = entries_[i];
    const auto known = owners_.find(entry.vin);
    const bool is_known = known != owners_.end();
    ports::StoredTeslaOwner row = is_known ? known->second : ports::StoredTeslaOwner{.vin = entry.vin};
    CTR_TRY(secrets, open_secrets(parts_.vault, row));
    const bool is_new = !entry.code.empty() && digest_of_code(entry.code) != secrets.used_code &&
                        entry.code.reveal() != secrets.code.reveal();
    const std::string_view region = to_string(entry.region);
    const bool is_same = is_known && !is_new && row.name == entry.name && row.email == entry.email &&
                         row.region == region && row.callback_url == entry.callback_url;
    if (is_same) return false;
    if (is_new) secrets.code = entry.code;
    row.name = entry.name;
    row.email = entry.email;
    row.region = region;
    row.callback_url = entry.callback_url;
    row.version += 1;
    seal_secrets(parts_.vault, secrets, row);
    rows.push_back(std::move(row));
    outcomes_[i].kind = is_known ? WishOutcome::Kind::changed : WishOutcome::Kind::created;
    return is_new;
  }

  void add_step(const fleet::Vehicle& vehicle, bool is_new_consent) {
    const fleet::Stamp stamp{.run = parts_.who, .now = parts_.time.now()};
    fleet::Wish wish = vehicle.wish;
    wish.fleet = parts_.fleet;
    if (!wish.requested) wish.requested = true;
    auto step = fleet::wish(vehicle, std::move(wish), stamp);
    if (!step && is_new_consent) step = fleet::lift(vehicle, stamp);
    if (step) steps_.push_back({.after = std::move(step->after), .entry = std::move(step->entry)});
  }

  /// Owners first: a vehicle that has one is no longer any fleet run's.
  void put_rows(std::vector<ports::StoredTeslaOwner> rows) {
    left_ = rows.size() + 1;
    for (auto& row : rows)
      parts_.store.put_tesla_owner(std::move(row), [self = shared_from_this()](Status stored) {
        if (!stored && (!self->failure_ || self->failure_->kind == ErrorKind::conflict))
          self->failure_ = std::move(stored.error());
        self->one_put();
      });
    one_put();
  }

  void one_put() {
    if (--left_ > 0) return;
    if (const auto failure = std::exchange(failure_, std::nullopt)) {
      if (failure->kind == ErrorKind::conflict) return start();
      return done_(fail(*failure));
    }
    if (steps_.empty()) return done_(std::move(outcomes_));
    parts_.store.write_vehicles(
        std::move(steps_), [self = shared_from_this()](Result<std::vector<ports::FleetOutcome>> outcomes) {
          if (!outcomes) return self->done_(fail(std::move(outcomes.error())));
          const bool is_stale = std::ranges::find(*outcomes, ports::FleetOutcome::stale) != outcomes->end();
          is_stale ? self->start() : self->done_(std::move(self->outcomes_));
        });
  }

  OwnerParts parts_;
  std::vector<OwnerEntry> entries_;
  ports::Done<Result<Outcomes>> done_;
  Outcomes outcomes_;
  std::vector<bool> is_new_ = std::vector<bool>(entries_.size());
  std::unordered_map<Vin, ports::StoredTeslaOwner> owners_;
  std::unordered_map<Vin, fleet::Vehicle> vehicles_;
  std::vector<ports::FleetWrite> steps_;
  std::size_t left_ = 0;
  std::optional<Error> failure_;
  int tries_ = 0;
};

}  // namespace

void put_owners(OwnerParts parts, std::vector<OwnerEntry> entries, ports::Done<Result<Outcomes>> done) {
  std::make_shared<Entering>(std::move(parts), std::move(entries), std::move(done))->start();
}

}  // namespace contactor::engine
