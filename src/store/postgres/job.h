#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "ports/store.h"
#include "store/postgres/session.h"

namespace contactor::store::postgres {

/// One queued write, with the outcome it will be told.
class Job {
 public:
  virtual ~Job() = default;
  // What it is: one of these is not null, or `call` makes its only statement.
  [[nodiscard]] virtual const ports::ActivationWrite* step() const { return nullptr; }
  [[nodiscard]] virtual const ports::OutboxWrite* entry() const { return nullptr; }
  [[nodiscard]] virtual Call call() const { return {}; }
  [[nodiscard]] virtual class VehicleJob* vehicles() { return nullptr; }

  virtual void settle(ports::WriteOutcome outcome) = 0;
  /// The answer of `call`'s statement.
  virtual void take(Answer& answer) { (void)answer; }
  virtual void refuse(const Error& error) = 0;
  /// Hands the outcome to who asked. Thread: the engine's.
  virtual void finish() = 0;
};

class StepJob final : public Job {
 public:
  StepJob(std::shared_ptr<const ports::ActivationWrite> write, ports::Done<Result<ports::WriteOutcome>> done)
      : write_(std::move(write)), done_(std::move(done)) {}
  [[nodiscard]] const ports::ActivationWrite* step() const override { return write_.get(); }
  void settle(ports::WriteOutcome outcome) override { outcome_ = outcome; }
  void refuse(const Error& error) override { outcome_ = fail(error); }
  void finish() override {
    // Nobody's step any more before its owner goes on with it.
    write_.reset();
    done_(std::move(outcome_));
  }

 private:
  std::shared_ptr<const ports::ActivationWrite> write_;
  ports::Done<Result<ports::WriteOutcome>> done_;
  Result<ports::WriteOutcome> outcome_ = fail(ErrorKind::internal, "store", "the write was not run");
};

class EntryJob final : public Job {
 public:
  EntryJob(ports::OutboxWrite write, ports::Done<Status> done)
      : write_(std::move(write)), done_(std::move(done)) {}
  [[nodiscard]] const ports::OutboxWrite* entry() const override { return &write_; }
  void settle(ports::WriteOutcome outcome) override {
    if (outcome == ports::WriteOutcome::applied)
      outcome_ = Status();
    else
      outcome_ =
          fail(ErrorKind::conflict, "store", "another command to this vehicle, or another node, was faster");
  }
  void refuse(const Error& error) override { outcome_ = fail(error); }
  void finish() override { done_(std::move(outcome_)); }

 private:
  ports::OutboxWrite write_;
  ports::Done<Status> done_;
  Status outcome_ = fail(ErrorKind::internal, "store", "the write was not run");
};

/// A write of one statement whose answer is told when it is committed.
template <class T>
class CallJob final : public Job {
 public:
  using Make = std::function<Call()>;
  using Take = std::function<Result<T>(Answer&)>;
  CallJob(Make make, Take take, ports::Done<Result<T>> done)
      : make_(std::move(make)), take_(std::move(take)), done_(std::move(done)) {}
  [[nodiscard]] Call call() const override { return make_(); }
  void settle(ports::WriteOutcome) override {}
  void take(Answer& answer) override { outcome_ = take_(answer); }
  void refuse(const Error& error) override { outcome_ = fail(error); }
  void finish() override { done_(std::move(outcome_)); }

 private:
  Make make_;
  Take take_;
  ports::Done<Result<T>> done_;
  Result<T> outcome_ = fail(ErrorKind::internal, "store", "the write was not run");
};

}  // namespace contactor::store::postgres
