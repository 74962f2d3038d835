#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "ports/http.h"

namespace contactor::http_client {

struct ResponseLimits {
  std::uint32_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 1024 * 1024;
};

/// Beast's parser, writing straight into the answer that is handed out: no copy of headers and body in
/// between.
class ResponseReader final : public boost::beast::http::basic_parser<false> {
 public:
  explicit ResponseReader(const ResponseLimits& limits)
      : header_left_(limits.header_bytes), body_max_(limits.body_bytes) {
    header_limit(limits.header_bytes);
    body_limit(limits.body_bytes);
    eager(true);
  }
  [[nodiscard]] ports::HttpResponse& response() { return response_; }

  /// As Beast's own, but it waits until enough is there: a chunked message ends in five bytes, and Beast 1.81
  /// asserts that its last line comes again with no fewer. A peer that sends them one by one would end the
  /// process.
  std::size_t put(boost::asio::const_buffer bytes, boost::beast::error_code& error) {
    constexpr std::size_t chunked_end_min = 5;
    if (is_header_done() && !is_done() && chunked() && bytes.size() < chunked_end_min) {
      error = boost::beast::http::error::need_more;
      return 0;
    }
    return basic_parser::put(bytes, error);
  }

 private:
  using error_code = boost::beast::error_code;
  using string_view = boost::beast::string_view;
  using verb = boost::beast::http::verb;
  using field = boost::beast::http::field;

  void on_request_impl(verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int code, string_view, int, error_code&) override { response_.status = code; }
  void on_field_impl(field, string_view name, string_view value, error_code& error) override {
    // Beast's own limit is per read, not for the whole header: a header without end would pass it.
    const auto size = name.size() + value.size() + 4;
    if (size > header_left_) {
      error = boost::beast::http::error::header_limit;
      return;
    }
    header_left_ -= size;
    // Trailers come after the header is done; nobody asked for them.
    if (!is_header_done()) response_.headers.push_back({std::string(name), std::string(value)});
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, error_code& error) override {
    if (!size) return;
    if (*size > body_max_) {
      error = boost::beast::http::error::body_limit;
    } else {
      response_.body.reserve(static_cast<std::size_t>(*size));
    }
  }
  std::size_t on_body_impl(string_view body, error_code&) override {
    response_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override {
    return on_body_impl(body, error);
  }
  void on_finish_impl(error_code&) override {}

  ports::HttpResponse response_;
  std::size_t header_left_;
  std::size_t body_max_;
};

}  // namespace contactor::http_client
