// A request as it arrives at our server: the strict check of its head, and Beast behind it.
// The first line is the size of the pieces in which the bytes arrive.

#include <boost/asio/buffer.hpp>

#include "base/result.h"
#include "fuzz/input.h"
#include "server/head_check.h"
#include "server/request_reader.h"

namespace contactor::server {
namespace {

using Outcome = HeadCheck::Outcome;

constexpr HeadLimits kLimits;
constexpr std::uint64_t kBodyMax = 64 * 1024;

Outcome check_in_pieces(HeadCheck& check, std::string_view bytes, std::size_t piece) {
  auto outcome = Outcome::incomplete;
  for (std::size_t size = 0; outcome == Outcome::incomplete && size < bytes.size();) {
    size = std::min(size + piece, bytes.size());
    outcome = check.check(bytes.substr(0, size));
  }
  return outcome;
}

void check_limits(const Head& head) {
  CTR_ASSERT(head.size <= kLimits.head_bytes && head.target.size() <= kLimits.target_bytes);
  CTR_ASSERT(!head.is_chunked || !head.content_length);
  CTR_ASSERT(fuzz::is_one_line(head.target) && !head.target.contains(' '));
}

/// Where the check and the parser disagree on where a request ends, the next one is smuggled in.
void check_beast_agrees(const Head& head, std::string_view bytes, std::size_t piece) {
  RequestReader reader(static_cast<std::uint32_t>(kLimits.head_bytes) + 2, kBodyMax);
  boost::beast::error_code error;
  const auto used = reader.put(boost::asio::const_buffer(bytes.data(), head.size), error);
  if (error && error != boost::beast::http::error::need_more) return;  // answered with 400
  if (used != head.size || !reader.is_header_done()) return;           // as well
  CTR_ASSERT(reader.chunked() == head.is_chunked);
  CTR_ASSERT(head.is_chunked || reader.content_length().value_or(0) == head.content_length.value_or(0));
  CTR_ASSERT(reader.request().method == head.method);
  CTR_ASSERT(reader.request().headers.size() <= kLimits.headers);
  CTR_ASSERT(!reader.request().target.empty());

  // As the connection does it: what was not taken is offered again with what comes next.
  std::string waiting;
  for (auto rest = bytes.substr(head.size); !reader.is_done() && !rest.empty();) {
    waiting += rest.substr(0, piece);
    rest.remove_prefix(std::min(piece, rest.size()));
    std::size_t taken = 1;
    for (error = {}; taken > 0 && !waiting.empty() && !reader.is_done() && !error;) {
      taken = reader.put(boost::asio::const_buffer(waiting.data(), waiting.size()), error);
      waiting.erase(0, taken);
    }
    if (error && error != boost::beast::http::error::need_more) return;
  }
  CTR_ASSERT(reader.request().body.size() <= kBodyMax);
  if (!reader.is_done() || head.is_chunked) return;
  const auto body = bytes.substr(head.size, static_cast<std::size_t>(head.content_length.value_or(0)));
  CTR_ASSERT(reader.request().body == body);
}

void check_request(std::string_view bytes, std::size_t piece) {
  HeadCheck whole(kLimits);
  HeadCheck pieces(kLimits);
  const auto outcome = whole.check(bytes);
  const auto in_pieces = check_in_pieces(pieces, bytes, piece);
  CTR_ASSERT((outcome == Outcome::complete) == (in_pieces == Outcome::complete));
  if (outcome == Outcome::refused) {
    CTR_ASSERT(in_pieces == Outcome::refused);
    CTR_ASSERT(whole.refusal().status >= 400 && whole.refusal().status < 500);
  }
  if (outcome != Outcome::complete) return;
  CTR_ASSERT(whole.head().size == pieces.head().size && whole.head().target == pieces.head().target);
  check_limits(whole.head());
  check_beast_agrees(whole.head(), bytes, piece);
}

}  // namespace
}  // namespace contactor::server

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  contactor::fuzz::Input input(data, size);
  const std::size_t piece = input.number() % 4096 + 1;
  contactor::server::check_request(input.rest(), piece);
  return 0;
}
