// Answers of a token endpoint.

#include "fuzz/input.h"
#include "gateways/oauth/token_answer.h"

namespace contactor::gateways::oauth {
namespace {

void check_answer(const ports::HttpResponse& response) {
  const auto grant = read_token_answer(response, fuzz::kNow);
  if (!grant) {
    CTR_ASSERT(grant.error().applied == Applied::no && fuzz::is_utf8(grant.error().detail));
    return;
  }
  CTR_ASSERT(response.status == 200);
  // It becomes a header of every call: a line break in it would be a second header.
  const std::string& token = grant->access_token.reveal();
  CTR_ASSERT(!token.empty() && fuzz::is_one_line(token) && !token.contains(' '));
  CTR_ASSERT(grant->lifetime >= std::chrono::seconds(5) && grant->lifetime <= std::chrono::hours(24));
}

}  // namespace
}  // namespace contactor::gateways::oauth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  contactor::gateways::oauth::check_answer(contactor::fuzz::Input(data, size).response());
  return 0;
}
