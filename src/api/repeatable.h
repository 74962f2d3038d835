#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/call.h"
#include "ports/store.h"

namespace contactor::api {

/// A creating request under its Idempotency-Key. The key is taken until nobody holds this any more.
class Keyed {
 public:
  /// Null where the same key is under way: the call has been refused with 409 then.
  [[nodiscard]] static std::shared_ptr<Keyed> take(const CallPtr& call);
  ~Keyed();
  Keyed(const Keyed&) = delete;
  Keyed& operator=(const Keyed&) = delete;

  /// Answers as before, or with 422 where the key came with another request then.
  void replay(const ports::IdempotentReply& stored) const;

  const CallPtr call;
  const std::string route;
  const std::string key;
  const std::string digest;  ///< of what was asked

 private:
  explicit Keyed(CallPtr asked);
  std::string running_;
};
using KeyedPtr = std::shared_ptr<Keyed>;

/// Was the request answered before? Then it gets that answer again; only otherwise `fresh` speaks.
void unless_answered_before(KeyedPtr keyed, std::move_only_function<void()> fresh);

/// Gives an answer that a repeat of the request will get again: it is stored before it leaves.
using AnswerOnce = std::move_only_function<void(int status, std::string body)>;

/// Runs `work` unless the request was answered before under its Idempotency-Key: then it gets that answer
/// again. Refusals are not stored, so that they can be mended and sent again under the same key.
/// @errors  to the client: 409 while the same key is under way, 422 where it came with another body.
void answer_once(const CallPtr& call, std::move_only_function<void(AnswerOnce)> work);

}  // namespace contactor::api
