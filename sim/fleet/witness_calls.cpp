// What is sent to the clouds: leases, intents, repeats, logins.

#include <fmt/format.h>

#include "fleet/fleet_witness.h"
#include "world/fleet/cloud.h"

namespace contactor::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Shorter than any pause between a wish and a call that was decided on before it.
constexpr Millis kOnItsWay = minutes(15);
constexpr std::size_t kRefusedLoginsMax = 3;

std::string_view shown(CloudCall call) {
  return call == CloudCall::activate ? "activate" : call == CloudCall::deactivate ? "deactivate" : "observe";
}

}  // namespace

FleetWitness::FleetWitness(FleetUniverse& universe) : universe_(universe) { universe.witness = this; }

void FleetWitness::violated(std::string_view invariant, std::optional<Vin> about, std::string text) {
  if (violations_.size() < 20)
    violations_.push_back(
        {.invariant = std::string(invariant), .text = std::move(text), .about = about, .at = now()});
}

void FleetWitness::meddled(const Vin& vin) {
  Seen& seen = seen_[vin];
  seen.meddled_at = now();
  seen.was_wanted = seen.was_unwanted = true;
  notes_[vin].push_back(fmt::format("{} meddled with", to_rfc3339(now())));
}

void FleetWitness::rerouted() {
  disturbed();
  tellings_.clear();
  for (auto& [vin, seen] : seen_) seen.was_wanted = seen.was_unwanted = true;
}

void FleetWitness::read_changes(fleet::Oem oem) {
  const auto& changes = universe_.cloud(oem).changes();
  for (std::size_t& at = changes_read_[oem]; at < changes.size(); ++at) {
    const auto& change = changes[at];
    touches_[{oem, change.vin}] = {.active = change.active, .at = change.at};
    notes_[change.vin].push_back(fmt::format("{} {} took: {}", to_rfc3339(change.at), fleet::to_string(oem),
                                             change.active ? "on" : "off"));
  }
}

void FleetWitness::check_lease(const Life& life, fleet::Oem oem) {
  const auto lease = universe_.disk.fleet.leases.find(fmt::format("fleet:{}", fleet::to_string(oem)));
  const bool lasts = lease != universe_.disk.fleet.leases.end() && lease->second.until > now();
  if (!lasts || !lease->second.holder.starts_with(holders_[life.process]))
    violated("L1", {},
             fmt::format("{} changes vehicles at {} without its lease, which is {}", holders_[life.process],
                         fleet::to_string(oem), lasts ? "with " + lease->second.holder : "over"));
}

void FleetWitness::check_subject(fleet::Oem oem, CloudCall call, const ports::CloudSubject& subject) {
  const Vin& vin = subject.vin;
  const fleet::Vehicle* const row = universe_.disk.fleet.find(vin);
  const fleet::Intent intent =
      call == CloudCall::activate ? fleet::Intent::activate : fleet::Intent::deactivate;
  if (row == nullptr || row->intent != intent || fleet::intent_key(*row) != subject.key)
    return violated("O3", vin, fmt::format("{} is called and no such intent is on record", shown(call)));
  Seen& seen = seen_[vin];
  if (!seen.ever_said) violated("N1", vin, "a command for a vehicle that nobody has said anything about");
  if (call == CloudCall::activate && wanted(row->wish, now()) != true && now() - seen.wished_at > kOnItsWay &&
      wanted(row->wish, now() - kOnItsWay) != true)
    violated("N1", vin, "an activation that nobody wants");
  const auto touch = touches_.find({oem, vin});
  if (touch == touches_.end() || touch->second.active != (call == CloudCall::activate)) return;
  if (touch->second.at > seen.looked_at[oem] && touch->second.at > seen.meddled_at)
    violated("O3", vin,
             fmt::format("{} is repeated, which {} took at {}, and nobody has looked since", shown(call),
                         fleet::to_string(oem), to_rfc3339(touch->second.at)));
}

void FleetWitness::call_began(const Life& life, fleet::Oem oem, CloudCall call,
                              const std::vector<ports::CloudSubject>& subjects) {
  calls += 1;
  if (call == CloudCall::observe) return;
  read_changes(oem);
  check_lease(life, oem);
  for (const auto& subject : subjects) {
    notes_[subject.vin].push_back(fmt::format("{} {} at {} by {}", to_rfc3339(now()), shown(call),
                                              fleet::to_string(oem), holders_[life.process]));
    seen_[subject.vin].called_at = now();
    check_subject(oem, call, subject);
  }
}

void FleetWitness::call_ended(fleet::Oem oem, CloudCall call, Instant began,
                              const std::vector<ports::CloudSubject>& subjects,
                              const ports::CloudAnswers& answers) {
  read_changes(oem);
  for (std::size_t i = 0; i < subjects.size() && i < answers.size(); ++i) {
    const auto& answer = answers[i];
    const Vin& vin = subjects[i].vin;
    auto& notes = notes_[vin];
    notes.push_back(fmt::format(
        "{} {} at {}: {}", to_rfc3339(now()), shown(call), fleet::to_string(oem),
        answer
            ? fmt::format("{} {}", fleet::to_string(answer->standing), answer->reason)
            : fmt::format("{} (applied {})", answer.error().message(), to_string(answer.error().applied))));
    const bool tells = answer && answer->standing != fleet::Standing::unknown;
    if (call == CloudCall::observe && tells) seen_[vin].looked_at[oem] = began;
    const auto touch = touches_.find({oem, vin});
    const bool was_done = touch != touches_.end() && touch->second.at > began &&
                          seen_[vin].called_at == began &&
                          touch->second.active == (call == CloudCall::activate);
    if (call != CloudCall::observe && !answer && answer.error().applied == Applied::no && was_done)
      violated("O3", vin, fmt::format("{} is said to have done nothing, and the cloud took it", shown(call)));
  }
}

void FleetWitness::request_sent(const Life& life, const Address& address) {
  if (!address.is_login) return;
  Login& login = logins_[{life.process, address.cloud + address.credential}];
  if (++login.in_flight > 1)
    violated("O7", {}, fmt::format("two logins of one credential at {} at once", address.cloud));
}

void FleetWitness::request_ended(const Life& life, const Address& address,
                                 const ports::HttpResponse* response) {
  if (!address.is_login) return;
  Login& login = logins_[{life.process, address.cloud + address.credential}];
  login.in_flight -= 1;
  // A login that works ends the row of those that did not, as accounts count them.
  if (response != nullptr && response->status == 200) login.refused.clear();
  if (response == nullptr || (response->status != 400 && response->status != 401)) return;
  while (!login.refused.empty() && login.refused.front() <= now() - hours(1)) login.refused.pop_front();
  login.refused.push_back(now());
  if (login.refused.size() > kRefusedLoginsMax)
    violated("O7", {},
             fmt::format("{} refused logins at {} within an hour", login.refused.size(), address.cloud));
}

}  // namespace contactor::sim
