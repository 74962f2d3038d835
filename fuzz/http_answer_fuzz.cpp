// An answer as it arrives at our HTTP client. The first line is the size of the pieces in which it arrives.

#include <boost/asio/buffer.hpp>

#include "base/result.h"
#include "fuzz/input.h"
#include "http_client/response_reader.h"

namespace contactor::http_client {
namespace {

constexpr ResponseLimits kLimits{.header_bytes = 2048, .body_bytes = 4096};

struct Read {
  bool done = false;
  bool failed = false;
  ports::HttpResponse response;
};

/// As the connection does it: what was not taken is offered again with what comes next.
Read read(std::string_view bytes, std::size_t piece) {
  ResponseReader reader(kLimits);
  boost::beast::error_code error;
  std::string waiting;
  while (!reader.is_done() && !bytes.empty()) {
    waiting += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    while (!reader.is_done() && !waiting.empty()) {
      const auto used = reader.put(boost::asio::const_buffer(waiting.data(), waiting.size()), error);
      waiting.erase(0, used);
      if (error == boost::beast::http::error::need_more) error = {};
      if (error || used == 0) break;
    }
    if (error) return {.failed = true, .response = std::move(reader.response())};
  }
  return {.done = reader.is_done(), .response = std::move(reader.response())};
}

void check_limits(const ports::HttpResponse& response) {
  std::size_t size = 0;
  for (const auto& [name, value] : response.headers) {
    size += name.size() + value.size() + 4;
    CTR_ASSERT(fuzz::is_one_line(name) && !value.contains('\n') && !value.contains('\r'));
  }
  CTR_ASSERT(size <= kLimits.header_bytes && response.body.size() <= kLimits.body_bytes);
}

void check_answer(std::string_view bytes, std::size_t piece) {
  const Read whole = read(bytes, bytes.size());
  const Read pieces = read(bytes, piece);
  check_limits(whole.response);
  check_limits(pieces.response);
  if (!whole.done || !pieces.done) return;
  CTR_ASSERT(whole.response.status == pieces.response.status);
  CTR_ASSERT(whole.response.body == pieces.response.body);
  CTR_ASSERT(whole.response.headers.size() == pieces.response.headers.size());
}

}  // namespace
}  // namespace contactor::http_client

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  contactor::fuzz::Input input(data, size);
  const std::size_t piece = input.number() % 4096 + 1;
  contactor::http_client::check_answer(input.rest(), piece);
  return 0;
}
