#pragma once

#include <functional>

#include "ports/oem_cloud.h"

namespace contactor::ports {

using CloudAnswer = Result<fleet::CloudState>;
/// Asks a cloud about one vehicle. Ends its `Done` exactly once.
using AskOne = std::function<void(CloudSubject, Done<CloudAnswer>)>;

/// For clouds that take one vehicle a call: asks for each subject and hands on all answers, in their order.
/// @param ask  called for every subject before this returns.
void answer_each(std::vector<CloudSubject> subjects, const AskOne& ask, Done<CloudAnswers> done);
/// The same failure for every subject: the call that was to answer for all of them did not.
[[nodiscard]] CloudAnswers fail_all(std::size_t subjects, const Error& error);

}  // namespace contactor::ports
