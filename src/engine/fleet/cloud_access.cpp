#include "engine/fleet/cloud_access.h"

#include <algorithm>

#include "base/log.h"

namespace contactor::engine {
namespace {

/// Every vehicle of the call met the same failure: that is the cloud, not the vehicles.
const Error* failure_of(const ports::CloudAnswers& answers) {
  for (const auto& answer : answers)
    if (answer) return nullptr;
  return answers.empty() ? nullptr : &answers.front().error();
}

}  // namespace

/// A cloud that fails every call is not asked twenty thousand times; one that limits us is left alone for as
/// long as it said.
void CloudAccess::watch_health(const ports::CloudAnswers& answers) {
  const Error* const error = failure_of(answers);
  if (error == nullptr) {
    failing_in_a_row_ = 0;
    return;
  }
  failing_in_a_row_ += 1;
  const bool is_limited = error->kind == ErrorKind::rate_limited;
  const Millis pause = error->retry_after.value_or(is_limited ? Millis(std::chrono::seconds(10)) : Millis(0));
  const bool too_long = pause > params.settings.patience;
  if (failing_in_a_row_ >= params.settings.failing_calls_max || (is_limited && too_long)) {
    summary.trouble = error->message();
    log::warn("fleet", "{}: left alone until the next run: {}", fleet::shown(params.oem), summary.trouble);
    return stop();
  }
  if (pause.count() == 0 || !is_limited) return;
  paused_until_ = std::max(paused_until_, now() + pause);
  params.time.call_at(paused_until_, [self = std::weak_ptr(self_)] {
    if (const auto still = self.lock()) (*still)->pump();
  });
}

}  // namespace contactor::engine
