#include "engine/fleet/wishes.h"

#include <unordered_map>
#include <utility>

namespace contactor::engine {
namespace {

using Outcomes = std::vector<WishOutcome>;
constexpr int kTries = 3;

/// One bunch of wishes on its way. Keeps itself alive through the callbacks that it hands out.
class Putting : public std::enable_shared_from_this<Putting> {
 public:
  Putting(WishParts parts, std::vector<WishedVehicle> wishes, bool moves, ports::Done<Result<Outcomes>> done)
      : parts_(std::move(parts)), wishes_(std::move(wishes)), moves_(moves), done_(std::move(done)) {
    for (std::size_t i = 0; i < wishes_.size(); ++i) {
      open_.push_back(i);
      outcomes_.push_back({.vin = wishes_[i].vin});
    }
  }

  void read() {
    if (open_.empty()) return done_(std::move(outcomes_));
    if (tries_++ == kTries)
      return done_(fail(ErrorKind::conflict, "fleet", "somebody else keeps changing the same vehicles"));
    std::vector<Vin> vins;
    for (const std::size_t i : open_) vins.push_back(wishes_[i].vin);
    parts_.store.find_vehicles(std::move(vins),
                               [self = shared_from_this()](Result<std::vector<fleet::Vehicle>> found) {
                                 if (!found) return self->done_(fail(std::move(found.error())));
                                 self->decide(std::move(*found));
                               });
  }

 private:
  void decide(std::vector<fleet::Vehicle> found) {
    std::unordered_map<Vin, fleet::Vehicle> known;
    for (fleet::Vehicle& vehicle : found) known.emplace(vehicle.vin, std::move(vehicle));
    std::vector<ports::FleetWrite> writes;
    std::vector<std::size_t> written;
    for (const std::size_t i : std::exchange(open_, {})) {
      fleet::Vehicle& before = known[wishes_[i].vin];
      before.vin = wishes_[i].vin;
      if (auto step = step_of(before, i)) {
        // A VIN that comes twice is wished twice, one after the other.
        before = step->after;
        writes.push_back({.after = std::move(step->after), .entry = std::move(step->entry)});
        written.push_back(i);
      }
    }
    if (writes.empty()) return read();
    parts_.store.write_vehicles(std::move(writes), [self = shared_from_this(), written = std::move(written)](
                                                       Result<std::vector<ports::FleetOutcome>> outcomes) {
      if (!outcomes) return self->done_(fail(std::move(outcomes.error())));
      for (std::size_t n = 0; n < written.size(); ++n)
        if ((*outcomes)[n] == ports::FleetOutcome::stale) self->open_.push_back(written[n]);
      self->read();
    });
  }

  std::optional<fleet::Step> step_of(const fleet::Vehicle& before, std::size_t i) {
    WishOutcome& outcome = outcomes_[i];
    const fleet::Wish& wish = wishes_[i].wish;
    if (before.version > 0 && !moves_ && !before.wish.fleet.empty() && before.wish.fleet != wish.fleet) {
      outcome.kind = WishOutcome::Kind::claimed;
      outcome.fleet = before.wish.fleet;
      return std::nullopt;
    }
    auto step = fleet::wish(before, wish, {.run = parts_.who, .now = parts_.time.now()});
    outcome.kind = !step                 ? WishOutcome::Kind::unchanged
                   : before.version == 0 ? WishOutcome::Kind::created
                                         : WishOutcome::Kind::changed;
    return step;
  }

  WishParts parts_;
  std::vector<WishedVehicle> wishes_;
  bool moves_;
  ports::Done<Result<Outcomes>> done_;
  Outcomes outcomes_;
  std::vector<std::size_t> open_;
  int tries_ = 0;
};

}  // namespace

std::string_view to_string(WishOutcome::Kind kind) {
  switch (kind) {
    case WishOutcome::Kind::created:
      return "created";
    case WishOutcome::Kind::changed:
      return "changed";
    case WishOutcome::Kind::unchanged:
      return "unchanged";
    case WishOutcome::Kind::claimed:
      return "claimed";
  }
  return "";
}

void put_wishes(WishParts parts, std::vector<WishedVehicle> wishes, bool moves,
                ports::Done<Result<Outcomes>> done) {
  std::make_shared<Putting>(std::move(parts), std::move(wishes), moves, std::move(done))->read();
}

}  // namespace contactor::engine
