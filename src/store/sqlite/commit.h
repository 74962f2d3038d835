#pragma once

#include <atomic>
#include <vector>

#include "store/sqlite/jobs.h"

namespace contactor::store::sqlite {

/// Commits batches of jobs on the lane's thread and hands the completions back in one burst.
class Committer {
 public:
  Committer(Connection& connection, Post post, std::function<void(const Error&)> on_broken)
      : connection_(connection),
        writer_(connection),
        post_(std::move(post)),
        on_broken_(std::move(on_broken)) {}

  void commit(std::vector<std::unique_ptr<Job>>& batch);

 private:
  /// One try; a job that breaks a rule of the database is refused alone and taken out, the others are tried
  /// again.
  /// @return  true where the batch is committed or given up.
  bool try_commit(std::vector<Job*>& jobs);
  bool apply_all(std::vector<Job*>& jobs);
  void give_up(std::vector<Job*>& jobs, Error error);

  Connection& connection_;
  Writer writer_;
  Post post_;
  std::function<void(const Error&)> on_broken_;
  std::optional<Error> broken_;  ///< the first failure of the disk: nothing is accepted after it
};

}  // namespace contactor::store::sqlite
