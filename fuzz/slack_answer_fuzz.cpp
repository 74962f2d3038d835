// Answers of Slack.

#include "fuzz/input.h"
#include "gateways/slack/gateway.h"

namespace contactor::gateways::slack {
namespace {

void check_answer(const ports::HttpResponse& response) {
  const Status posted = read_posted(response, fuzz::kNow);
  if (posted) {
    CTR_ASSERT(response.status == 200 && response.body.find("true") != std::string::npos);
    return;
  }
  CTR_ASSERT(fuzz::is_utf8(posted.error().detail) && posted.error().applied != Applied::yes);
}

}  // namespace
}  // namespace contactor::gateways::slack

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  contactor::gateways::slack::check_answer(contactor::fuzz::Input(data, size).response());
  return 0;
}
