#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/fleet/fleet_control.h"
#include "fleet/fleet_network.h"
#include "fleet/fleet_universe.h"
#include "ports/oem_cloud.h"

namespace contactor::sim {

struct FleetViolation {
  std::string invariant;  ///< its id in README.md of this folder's parent: O1, W1, …
  std::string text;
  std::optional<Vin> about;
  Instant at;
};

enum class CloudCall : std::uint8_t { observe, activate, deactivate };

/// All checkers of the fleet capability, watching one run from outside: the store's commits, the calls at the
/// port of each cloud, the logins on the wire, and the clouds' own truth. Nothing of the engine is asked.
class FleetWitness {
 public:
  explicit FleetWitness(FleetUniverse& universe);

  // -- what happens -----------------------------------------------------------------------------------------
  void process_started(const Life& life, std::string holder) { holders_[life.process] = std::move(holder); }
  void disturbed() { disturbances_ += 1; }
  void meddled(const Vin& vin);
  void rerouted();
  void request_sent(const Life& life, const Address& address);
  void request_ended(const Life& life, const Address& address, const ports::HttpResponse* response);
  void call_began(const Life& life, fleet::Oem oem, CloudCall call,
                  const std::vector<ports::CloudSubject>& subjects);
  void call_ended(fleet::Oem oem, CloudCall call, Instant began,
                  const std::vector<ports::CloudSubject>& subjects, const ports::CloudAnswers& answers);
  void committed(const Life& life, const ports::FleetWrite& write);
  void told(std::string_view text);
  /// @param before  how many vehicles there were when it began
  void run_ended(const engine::FleetRunView& view, std::size_t before, bool is_of_all);
  void violated(std::string_view invariant, std::optional<Vin> about, std::string text);

  // -- once everything is healed ----------------------------------------------------------------------------
  void healed_now() { healed_at_ = universe_.clock.now(); }
  /// Nothing is left lying although its time has come.
  void check_nothing_is_overdue();
  /// Why this vehicle is not yet where it belongs; empty: it is.
  [[nodiscard]] std::string unsettled(const CarPlan& car) const;
  [[nodiscard]] bool all_settled() const;
  void at_end();

  [[nodiscard]] const std::vector<FleetViolation>& violations() const { return violations_; }
  [[nodiscard]] std::string story_of(const Vin& vin) const;
  /// What is wanted of it, by the checkers' own calendar; nothing: undecided.
  [[nodiscard]] std::optional<bool> wanted(const fleet::Wish& wish, Instant at) const;
  std::map<std::string, std::uint64_t> outcomes;  ///< vehicles by what runs said of them
  std::uint64_t calls = 0;

 private:
  struct Seen {
    fleet::Vehicle row;
    bool told = true;           ///< the newest attempt has its row of history
    bool ever_said = false;     ///< somebody has said what is wanted
    bool was_wanted = false;    ///< on, at some time since the status changed last
    bool was_unwanted = false;  ///< off, likewise
    Instant judged_at;          ///< up to here both are known
    Instant wished_at;
    Instant meddled_at;
    Instant called_at;
    std::map<fleet::Oem, Instant> looked_at;  ///< the beginning of the last look that told something
  };
  struct Touch {
    bool active = false;
    Instant at;
  };
  struct Login {
    int in_flight = 0;
    std::deque<Instant> refused;
  };
  void read_changes(fleet::Oem oem);
  void check_lease(const Life& life, fleet::Oem oem);
  void check_subject(fleet::Oem oem, CloudCall call, const ports::CloudSubject& subject);
  void check_wish(const fleet::Vehicle& before, const ports::FleetWrite& write);
  void check_history(Seen& seen, const ports::FleetWrite& write, bool by_people);
  void check_truth(const Seen& seen, const fleet::Vehicle& after);
  void check_edge(Seen& seen, const fleet::Vehicle& after);
  void judge(Seen& seen, const fleet::Wish& wish);
  void check_metrics();
  [[nodiscard]] Instant now() const { return universe_.clock.now(); }
  [[nodiscard]] const ZoneRule& zone_of(std::string_view fleet) const;

  FleetUniverse& universe_;
  std::vector<FleetViolation> violations_;
  std::unordered_map<Vin, Seen> seen_;
  std::unordered_map<Vin, std::vector<std::string>> notes_;
  std::map<std::pair<fleet::Oem, Vin>, Touch> touches_;  ///< the last change that each cloud took
  std::map<fleet::Oem, std::size_t> changes_read_;
  std::map<std::uint64_t, std::string> holders_;
  std::map<std::pair<std::uint64_t, std::string>, Login> logins_;
  std::map<std::string, std::uint64_t> tellings_;  ///< by masked VIN: disturbances at the last one
  std::uint64_t disturbances_ = 0;
  Instant healed_at_ = Instant::never();
};

/// The name under which people's wishes are written.
inline constexpr std::string_view kPeople = "people";

}  // namespace contactor::sim
