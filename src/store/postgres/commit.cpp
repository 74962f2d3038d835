#include "store/postgres/commit.h"

#include <algorithm>

#include "store/postgres/rounds.h"

namespace contactor::store::postgres {
namespace {

using ports::WriteOutcome;

constexpr int kLooks = 4;
constexpr std::string_view kUniqueViolation = "23505";

/// Neighbouring keys share pages, and all lanes lock in one order. Shard before id, as the keys do.
std::int64_t position_of(const Job& job) {
  if (const auto* step = job.step())
    return std::rotr(static_cast<std::uint64_t>(step->after.id.value()), 8) >> 1;
  return INT64_MAX;
}

/// The database's own trouble, not that of one write among others.
bool is_everybodys(const Refusal& refusal) {
  return refusal.error || (refusal.failure.state != kFenceState && !is_refusal(refusal.failure));
}

std::vector<std::int64_t> ids_of(const ports::ActivationWrite& write) {
  std::vector<std::int64_t> ids{write.after.id.value()};
  for (const auto& follower : write.followers) ids.push_back(follower.id.value());
  return ids;
}

Array order_ids_of(const ports::ActivationWrite& write) {
  Array ids(Type::text);
  if (write.base_version == 0) ids.add_text(write.after.order->order_id.str());
  for (const auto& follower : write.followers) ids.add_text(follower.order->order_id.str());
  return ids;
}

/// The first command to a vehicle is fenced by the key of its ledger: `Key (shard, vin)=(7, WVW…) already
/// exists.`
bool is_named_by_its_ledger(const Job& job, const Failure& failure) {
  const auto* step = job.step();
  const auto& ledger = step ? step->ledger : job.entry()->ledger;
  return ledger && ledger->version == 1 &&
         failure.detail.find(fmt::format(", {})", ledger->vin.str())) != std::string::npos;
}

/// What kLookIntoStep answers.
struct Seen {
  explicit Seen(Answer& row) {
    for (auto& number : numbers) number = row.read_number();
  }
  std::array<std::int64_t, 9> numbers{};
  [[nodiscard]] std::int64_t live_version() const { return numbers[0]; }
  [[nodiscard]] std::int64_t live_count() const { return numbers[1]; }
  [[nodiscard]] std::int64_t archive_version() const { return numbers[2]; }
  [[nodiscard]] std::int64_t archive_count() const { return numbers[3]; }
  [[nodiscard]] std::int64_t orders() const { return numbers[4]; }
  [[nodiscard]] std::int64_t replies() const { return numbers[5]; }
  [[nodiscard]] std::int64_t ledger_version() const { return numbers[6]; }
  [[nodiscard]] std::int64_t ticket_version() const { return numbers[7]; }
  [[nodiscard]] std::int64_t leases() const { return numbers[8]; }
};

}  // namespace

void Committer::commit(std::span<const std::unique_ptr<Job>> batch) {
  Jobs rows, calls;
  for (const auto& job : batch) (job->step() || job->entry() ? rows : calls).push_back(job.get());
  // Stable: several writes of one activation keep their order.
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Job* a, const Job* b) { return position_of(*a) < position_of(*b); });
  for (auto& round : rounds_of(rows)) commit_together(std::move(round));
  if (!calls.empty()) commit_calls(calls);
}

void Committer::commit_together(Jobs jobs) {
  if (broken_) return give_up(jobs);
  Jobs alone;
  while (!jobs.empty()) {
    const auto written = write(jobs, Place::live);
    if (written) break;
    if (is_everybodys(written.error())) {
      refuse(jobs, written.error());
      break;
    }
    if (jobs.size() == 1) {
      alone.push_back(jobs[0]);
      break;
    }
    auto strays = named(jobs, written.error().failure);
    if (strays.empty()) {
      // Nobody is named: the halves are tried until the one is alone.
      const auto middle = jobs.begin() + static_cast<std::ptrdiff_t>(jobs.size() / 2);
      commit_together(Jobs(jobs.begin(), middle));
      commit_together(Jobs(middle, jobs.end()));
      break;
    }
    std::erase_if(jobs, [&](Job* job) { return std::ranges::find(strays, job) != strays.end(); });
    alone.insert(alone.end(), strays.begin(), strays.end());
  }
  for (Job* job : alone) settle_alone(*job);
}

std::expected<void, Refusal> Committer::write(std::span<Job* const> jobs, Place place) {
  plan_.clear();
  for (const Job* job : jobs)
    if (const auto* step = job->step())
      plan_.add(*step, place);
    else
      plan_.add(*job->entry());
  ++number_;
  const auto calls = plan_.calls(writer_, number_);
  auto committed = transactor_.run(calls, plan_.evidence(writer_, number_));
  if (committed)
    for (Job* job : jobs) job->settle(WriteOutcome::applied);
  return committed;
}

Committer::Jobs Committer::named(const Jobs& jobs, const Failure& failure) const {
  Jobs found;
  if (failure.state == kUniqueViolation) {
    std::ranges::copy_if(jobs, std::back_inserter(found),
                         [&](const Job* job) { return is_named_by_its_ledger(*job, failure); });
    return found;
  }
  if (failure.state != kFenceState) return found;
  const auto missing = missing_in(failure);
  const auto is_missing = [&](std::int64_t id) { return std::ranges::find(missing, id) != missing.end(); };
  const bool by_lease = failure.message == "fence lease";
  for (Job* job : jobs) {
    const auto* step = job->step();
    if (by_lease) {
      const auto number = plan_.number_of(
          step ? Plan::Lease{.shard = step->after.id.shard(), .epoch = step->epoch}
               : Plan::Lease{.shard = shard_of(job->entry()->id), .epoch = job->entry()->epoch});
      if (number && is_missing(*number)) found.push_back(job);
    } else if (step && std::ranges::any_of(ids_of(*step), is_missing)) {
      found.push_back(job);
    }
  }
  return found;
}

void Committer::settle_alone(Job& job) {
  Job* const jobs[] = {&job};
  for (int looks = 1;; ++looks) {
    const auto seen = look_into(job);
    if (!seen) return refuse(jobs, seen.error());
    if (seen->outcome != WriteOutcome::applied) return job.settle(seen->outcome);
    const auto written = write(jobs, seen->place);
    if (written) return;
    // A fence that held a moment ago was moved by somebody else: look again. Anything else will not change.
    const bool moved = !written.error().error && written.error().failure.state == kFenceState;
    if (!moved || looks == kLooks) return refuse(jobs, written.error());
  }
}

std::expected<Committer::Look, Refusal> Committer::look_into(const Job& job) {
  const auto* step = job.step();
  const auto* entry = job.entry();
  const auto& ledger = step ? step->ledger : entry->ledger;
  const std::int64_t id = step ? step->after.id.value() : entry->id;
  const std::uint64_t epoch = step ? step->epoch : entry->epoch;
  Array orders = step ? order_ids_of(*step) : Array(Type::text);
  Call look{.statement = &kLookIntoStep, .values = {}};
  look.values.int4(shard_of(id)).int8(id).array(orders);
  if (step && step->reply)
    look.values.text(step->reply->principal).text(step->reply->route).text(step->reply->key);
  else
    look.values.null().null().null();
  ledger ? look.values.int4(ledger->vin.shard()).text(ledger->vin.str()) : look.values.null().null();
  const std::int64_t ticket = step && step->ticket ? step->ticket->id.value() : 0;
  look.values.int4(shard_of(ticket)).int8(ticket).int8(static_cast<std::int64_t>(epoch));
  auto answer = transactor_.ask(look);
  if (!answer) return std::unexpected(std::move(answer.error()));
  (void)answer->next();
  const Seen seen(*answer);

  if (seen.leases() == 0) return Look{.outcome = WriteOutcome::stale};
  if (seen.replies() > 0) return Look{.outcome = WriteOutcome::duplicate_key};
  if (seen.orders() > 0) return Look{.outcome = WriteOutcome::duplicate_order};
  if (ledger && seen.ledger_version() + 1 != ledger->version) return Look{.outcome = WriteOutcome::stale};
  if (!step) return Look{};
  if (step->ticket && seen.ticket_version() + 1 != step->ticket->version)
    return Look{.outcome = WriteOutcome::stale};
  if (step->base_version == 0) return Look{};
  const std::int64_t base_count =
      step->after.history_count - static_cast<std::uint32_t>(step->history.size());
  if (seen.live_version() == step->base_version && seen.live_count() == base_count) return Look{};
  if (seen.archive_version() == step->base_version && seen.archive_count() == base_count)
    return Look{.place = Place::archive};
  return Look{.outcome = WriteOutcome::stale};
}

/// Their answers are known before the commit, so that a lost commit leaves only its own question open.
void Committer::commit_calls(const Jobs& jobs) {
  if (broken_) return give_up(jobs);
  if (try_calls(jobs)) return;
  for (Job* job : jobs) {
    Job* const one[] = {job};
    (void)try_calls(one);
  }
}

/// False: one of several was refused, nothing is stored.
bool Committer::try_calls(std::span<Job* const> jobs) {
  std::vector<Call> calls{{.statement = &kBegin, .values = {}}};
  for (const Job* job : jobs) calls.push_back(job->call());
  auto answers = transactor_.begin(calls);
  if (!answers) {
    if (!is_everybodys(answers.error()) && jobs.size() > 1) return false;
    refuse(jobs, answers.error());
    return true;
  }
  ++number_;
  const Call end[] = {{.statement = &kMarkCommit, .values = Values().text(writer_).int8(number_)},
                      {.statement = &kCommit, .values = {}}};
  const Evidence evidence{.find = {.statement = &kFindMark, .values = Values().text(writer_).int8(number_)}};
  if (const auto committed = transactor_.end(end, evidence); !committed) {
    refuse(jobs, committed.error());
    return true;
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i]->take((*answers)[i + 1]);
  return true;
}

void Committer::give_up(std::span<Job* const> jobs) {
  for (Job* job : jobs) job->refuse(*broken_);
}

void Committer::refuse(std::span<Job* const> jobs, const Refusal& refusal) {
  const Error error = refusal.error ? *refusal.error : error_of(refusal.failure);
  for (Job* job : jobs) job->refuse(error);
  if (refusal.error || broken_ || !is_damage(refusal.failure)) return;
  broken_ = error;
  broken_->detail = "the store has stopped after a failure: " + error.detail;
  on_broken_(error);
}

}  // namespace contactor::store::postgres
