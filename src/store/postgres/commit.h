#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "store/postgres/plan.h"
#include "store/postgres/transactor.h"

namespace contactor::store::postgres {

/// Commits batches of jobs on the lane's thread. All goes well nearly always, so that a batch is written in
/// one round trip under the assumption that it does; the server takes it back as a whole where one write is
/// not as assumed, and then that one is looked into by itself.
class Committer {
 public:
  /// @param writer  a name that no other writer of the database has, ever.
  /// @param on_broken  told once, on the lane's thread, of damage: nothing is written after it.
  Committer(Link& link, std::string writer, std::function<void(const Error&)> on_broken)
      : transactor_(link), writer_(std::move(writer)), on_broken_(std::move(on_broken)) {}

  /// Every job knows its outcome afterwards.
  void commit(std::span<const std::unique_ptr<Job>> batch);

 private:
  using Jobs = std::vector<Job*>;

  /// Jobs none of which needs another one's outcome.
  void commit_together(Jobs jobs);
  std::expected<void, Refusal> write(std::span<Job* const> jobs, Place place);
  /// Those that the refused fence names.
  [[nodiscard]] Jobs named(const Jobs& jobs, const Failure& failure) const;
  void settle_alone(Job& job);
  struct Look {
    ports::WriteOutcome outcome = ports::WriteOutcome::applied;
    Place place = Place::live;
  };
  [[nodiscard]] std::expected<Look, Refusal> look_into(const Job& job);
  void commit_calls(const Jobs& jobs);
  bool try_calls(std::span<Job* const> jobs);
  void refuse(std::span<Job* const> jobs, const Refusal& refusal);
  /// After damage.
  void give_up(std::span<Job* const> jobs);

  Transactor transactor_;
  Plan plan_;
  std::string writer_;
  std::int64_t number_ = 0;
  std::function<void(const Error&)> on_broken_;
  std::optional<Error> broken_;  ///< the first damage: nothing is accepted after it
};

}  // namespace contactor::store::postgres
