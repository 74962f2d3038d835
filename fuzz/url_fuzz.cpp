// URLs and what stands in them: escapes, queries, our routes, addresses that we are told to call.

#include "api/routes.h"
#include "base/result.h"
#include "fuzz/input.h"
#include "http_client/request_text.h"
#include "ports/url_encoding.h"

namespace contactor::fuzz {
namespace {

void check_escapes(std::string_view text) {
  CTR_ASSERT(api::percent_decode(ports::percent_encode(text), false) == text);
  const auto decoded = api::percent_decode(text, false);
  if (decoded) CTR_ASSERT(decoded->size() <= text.size());
}

void check_query(std::string_view text) {
  const auto values = api::read_query(text);
  if (!values) return;
  std::string again;
  for (const auto& [name, value] : *values)
    again += (again.empty() ? "" : "&") + ports::percent_encode(name) + '=' + ports::percent_encode(value);
  CTR_ASSERT(api::read_query(again) == values);
}

void check_route(std::string_view text) {
  for (const std::string_view method : {"GET", "POST"}) {
    const auto match = api::find_route(method, text);
    if (match.route == nullptr) continue;
    CTR_ASSERT(!match.allowed.empty());
    for (const auto& [name, value] : match.path_values) CTR_ASSERT(!name.empty() && !value.empty());
  }
}

/// Whatever URL is accepted, the request's first two lines are the ones that we mean to send.
void check_target(std::string_view text) {
  const auto url = http_client::parse_url(text);
  if (!url) return;
  CTR_ASSERT(!url->host.empty() && !url->port.empty() && url->authority.contains(url->host));
  std::string sent;
  http_client::append_request(sent, {}, *url, "fuzz");
  CTR_ASSERT(std::ranges::count(sent, '\n') == 4 && sent.ends_with("\r\n\r\n"));
  const auto line = sent.substr(0, sent.find("\r\n"));
  CTR_ASSERT(line.starts_with("GET /") && line.ends_with(" HTTP/1.1") && std::ranges::count(line, ' ') == 2);
}

}  // namespace
}  // namespace contactor::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = contactor::fuzz::Input(data, size).rest();
  contactor::fuzz::check_escapes(text);
  contactor::fuzz::check_query(text);
  contactor::fuzz::check_route(text);
  contactor::fuzz::check_target(text);
  return 0;
}
