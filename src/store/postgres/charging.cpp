#include "store/charging/calls.h"
#include "store/charging/sql.h"
#include "store/postgres/charging_db.h"
#include "store/postgres/store.h"

namespace contactor::store::postgres {

/// Charging's port beside a Store: a connection that commits and one that reads, made when they are first
/// needed. What is queued is committed together; where one of them is refused, each by itself.
class Charging final : public ChargingCalls<Charging> {
 public:
  Charging(Store& store, const std::string& process);
  ~Charging() override { close(); }
  /// Commits what is queued and ends the threads.
  void close();

  template <class T, class Work>
  void change(Work work, ports::Done<Result<T>> done);
  template <class T, class Work>
  void ask(Work work, ports::Done<Result<T>> done);
  /// A summary of all rows goes to the Store's reports, so that nobody who delivers waits for it.
  void delivery_totals(ports::Done<Result<std::vector<ports::DeliveryTotal>>> done) override;

 private:
  /// One queued write. It may be run again after its transaction was rolled back.
  class Job {
   public:
    virtual ~Job() = default;
    /// @errors  those after which the transaction must be rolled back.
    virtual Status apply(ChargingSql& rows) = 0;
    virtual void refuse(const Error& error) = 0;
    /// Thread: the engine's.
    virtual void finish() = 0;
  };
  template <class T, class Work>
  class JobOf;
  using Jobs = std::vector<std::unique_ptr<Job>>;

  void commit(Jobs& batch);
  /// @return  whether all jobs know their outcome.
  [[nodiscard]] Status try_together(std::span<const std::unique_ptr<Job>> jobs);
  void settle(const std::unique_ptr<Job>& job);

  Store& store_;
  Link writing_, reading_;
  std::string writer_;
  std::int64_t number_ = 0;
  // Last: they use all of the above.
  task::Worker reader_{"charging-read"};
  Lane<std::unique_ptr<Job>> lane_;
};

namespace {

constexpr int kTries = 4;

/// What the server, or another writer, may well allow the next time.
bool is_worth_another(const Error& error) {
  return error.kind == ErrorKind::unavailable && error.applied == Applied::no;
}

}  // namespace

template <class T, class Work>
class Charging::JobOf final : public Job {
 public:
  JobOf(Work work, ports::Done<Result<T>> done) : work_(std::move(work)), done_(std::move(done)) {}
  Status apply(ChargingSql& rows) override {
    outcome_ = work_(rows);
    const bool is_answer = outcome_ || outcome_.error().kind == ErrorKind::conflict ||
                           outcome_.error().kind == ErrorKind::not_found;
    if (is_answer) return {};
    return fail(outcome_.error());
  }
  void refuse(const Error& error) override { outcome_ = fail(error); }
  void finish() override { done_(std::move(outcome_)); }

 private:
  Work work_;
  ports::Done<Result<T>> done_;
  Result<T> outcome_ = fail(ErrorKind::internal, "store", "the write was not run");
};

Charging::Charging(Store& store, const std::string& process)
    : store_(store),
      writing_(store.link_params(Use::hot), store.database_->identity, store.closing_),
      reading_(store.link_params(Use::hot), store.database_->identity, store.closing_),
      writer_(process + "/charging"),
      lane_("charging-write", store.params_.limits, [this](auto& batch) { commit(batch); }) {}

void Charging::close() {
  lane_.close();
  reader_.close();
}

template <class T, class Work>
void Charging::change(Work work, ports::Done<Result<T>> done) {
  std::unique_ptr<Job> job = std::make_unique<JobOf<T, Work>>(std::move(work), std::move(done));
  if (lane_.push(job)) return;
  job->refuse(Error{.kind = ErrorKind::exhausted, .origin = "store", .detail = "too many writes are queued"});
  store_.params_.post([refused = std::move(job)] { refused->finish(); });
}

template <class T, class Work>
void Charging::ask(Work work, ports::Done<Result<T>> done) {
  store_.ask<T>(
      reader_,
      [this, work = std::move(work)]() -> Result<T> {
        ChargingDb db(reading_, "");
        ChargingSql rows(db);
        return work(rows);
      },
      std::move(done));
}

void Charging::delivery_totals(ports::Done<Result<std::vector<ports::DeliveryTotal>>> done) {
  auto& lane = store_.reports_;
  store_.ask<std::vector<ports::DeliveryTotal>>(
      lane.worker,
      [&lane] {
        ChargingDb db(lane.link, "");
        return ChargingSql(db).delivery_totals();
      },
      std::move(done));
}

void Charging::commit(Jobs& batch) {
  Status together = fail(ErrorKind::conflict, "store", "one by one");
  if (batch.size() > 1) together = try_together(batch);
  for (const auto& job : batch) {
    if (together) break;
    // What may have been committed is not run again.
    if (together.error().applied == Applied::maybe)
      job->refuse(together.error());
    else
      settle(job);
  }
  store_.params_.post([finished = std::move(batch)] {
    for (const auto& job : finished) job->finish();
  });
  batch.clear();
}

void Charging::settle(const std::unique_ptr<Job>& job) {
  auto done = try_together({&job, 1});
  for (int tries = 1; !done && is_worth_another(done.error()) && tries < kTries; ++tries)
    done = try_together({&job, 1});
  if (!done) job->refuse(done.error());
}

Status Charging::try_together(std::span<const std::unique_ptr<Job>> jobs) {
  ChargingDb db(writing_, writer_);
  ChargingSql rows(db);
  for (const auto& job : jobs) {
    auto applied = job->apply(rows);
    if (applied && !db.is_abandoned()) continue;
    db.roll_back();
    // A write that says itself that it was too late has its outcome; the others go on without it.
    if (!applied) return applied;
    if (jobs.size() == 1) return {};
    return fail(ErrorKind::conflict, "store", "one of the writes was too late");
  }
  if (!db.is_open()) return {};
  return db.end(++number_);
}

std::unique_ptr<ports::ChargingStore> make_charging(Store& store, const std::string& process) {
  return std::make_unique<Charging>(store, process);
}

}  // namespace contactor::store::postgres
