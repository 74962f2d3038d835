#pragma once

#include <functional>
#include <string>

#include "api/call.h"

namespace contactor::api {

/// Gives an answer that a repeat of the request will get again: it is stored before it leaves.
using AnswerOnce = std::move_only_function<void(int status, std::string body)>;

/// Runs `work` unless the request was answered before under its Idempotency-Key: then it gets that answer
/// again. Refusals are not stored, so that they can be mended and sent again under the same key.
/// @errors  to the client: 409 while the same key is under way, 422 where it came with another body.
void answer_once(CallPtr call, std::move_only_function<void(AnswerOnce)> work);

}  // namespace contactor::api
