// What comes from the push service: its answers, and the credentials file that it gives out.
// The first line is `answer` or `account`.

#include "fuzz/input.h"
#include "gateways/fcm/service_account.h"
#include "gateways/fcm/wire.h"

namespace contactor::gateways::fcm {
namespace {

void check_answer(const ports::HttpResponse& response) {
  const auto sent = read_answer(response, fuzz::kNow);
  if (sent) {
    CTR_ASSERT(response.status == 200 && !response.body.empty());
    return;
  }
  CTR_ASSERT(fuzz::is_utf8(sent.error().detail) && sent.error().detail.size() < 200);
  if (response.status >= 500 && response.status < 600) CTR_ASSERT(sent.error().applied == Applied::maybe);
}

void check_account(std::string_view text) {
  const auto account = parse_service_account(text);
  if (!account) {
    CTR_ASSERT(account.error().kind == ErrorKind::invalid && !account.error().detail.contains("PRIVATE"));
    return;
  }
  // What was accepted can sign in.
  auto request = service_account_grant(*account)(fuzz::kNow);
  CTR_ASSERT(request && request->body.contains("assertion="));
}

}  // namespace
}  // namespace contactor::gateways::fcm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  contactor::fuzz::Input input(data, size);
  const auto what = input.line();
  if (what == "answer") contactor::gateways::fcm::check_answer(input.response());
  if (what == "account") contactor::gateways::fcm::check_account(input.rest());
  return 0;
}
