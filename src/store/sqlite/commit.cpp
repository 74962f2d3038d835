#include "store/sqlite/commit.h"

#include <algorithm>

namespace contactor::store::sqlite {

void Committer::commit(std::vector<std::unique_ptr<Job>>& batch) {
  std::vector<Job*> jobs;
  for (const auto& job : batch) jobs.push_back(job.get());
  // Neighbouring ids share pages. Stable: several writes of one activation keep their order.
  std::stable_sort(jobs.begin(), jobs.end(), [](const Job* a, const Job* b) { return a->key() < b->key(); });
  if (broken_) give_up(jobs, *broken_);
  while (!jobs.empty() && !try_commit(jobs)) {
  }
  post_([finished = std::move(batch)] {
    for (const auto& job : finished) job->finish();
  });
  batch.clear();
}

bool Committer::try_commit(std::vector<Job*>& jobs) {
  if (auto begun = connection_.begin_locked(); !begun) {
    give_up(jobs, begun.error());
    return true;
  }
  if (!apply_all(jobs)) return jobs.empty();
  if (auto committed = connection_.run("COMMIT"); !committed) {
    auto error = committed.error();
    // The pages may have reached the disk before it failed.
    if (error.kind == ErrorKind::internal) error.applied = Applied::maybe;
    (void)connection_.run("ROLLBACK");
    give_up(jobs, error);
  }
  return true;
}

bool Committer::apply_all(std::vector<Job*>& jobs) {
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto status = jobs[i]->apply(writer_);
    if (status) continue;
    (void)connection_.run("ROLLBACK");
    if (status.error().kind == ErrorKind::invalid)
      jobs.erase(jobs.begin() + static_cast<std::ptrdiff_t>(i));  // It keeps its own error.
    else
      give_up(jobs, status.error());
    return false;
  }
  return true;
}

void Committer::give_up(std::vector<Job*>& jobs, Error error) {
  for (auto* job : jobs) job->refuse(error);
  jobs.clear();
  if (error.kind != ErrorKind::internal || broken_) return;
  broken_ = error;
  broken_->applied = Applied::no;
  broken_->detail = "the store has stopped after a failure: " + error.detail;
  post_([tell = on_broken_, error] { tell(error); });
}

}  // namespace contactor::store::sqlite
