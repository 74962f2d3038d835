#pragma once

#include <memory>
#include <utility>

#include "store/open.h"
#include "store/sqlite/writer.h"

namespace contactor::store::sqlite {

/// One queued write. It may be applied again after its batch was rolled back, so `apply` changes nothing but
/// the result.
class Job {
 public:
  explicit Job(std::int64_t key) : key_(key) {}
  virtual ~Job() = default;
  /// Writes of one activation have the same key; those of none come last.
  [[nodiscard]] std::int64_t key() const { return key_; }
  /// @errors  those after which the batch must be rolled back.
  virtual Status apply(Writer& writer) = 0;
  virtual void refuse(const Error& error) = 0;
  /// Hands the outcome to who asked. Thread: the engine's.
  virtual void finish() = 0;

 private:
  std::int64_t key_;
};

template <class T, class Apply>
class JobOf final : public Job {
 public:
  JobOf(std::int64_t key, Apply apply, ports::Done<Result<T>> done)
      : Job(key), apply_(std::move(apply)), done_(std::move(done)) {}

  Status apply(Writer& writer) override {
    result_ = apply_(writer);
    const bool is_answer = result_ || result_.error().kind == ErrorKind::conflict ||
                           result_.error().kind == ErrorKind::not_found;
    if (is_answer) return {};
    return fail(result_.error());
  }
  void refuse(const Error& error) override { result_ = fail(error); }
  void finish() override { done_(std::move(result_)); }

 private:
  Apply apply_;
  ports::Done<Result<T>> done_;
  Result<T> result_ = fail(ErrorKind::internal, "store", "the write was not run");
};

}  // namespace contactor::store::sqlite
