#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "api/http.h"

namespace contactor::server {

/// Beast's parser, writing straight into the request that the handler gets. The head has passed `HeadCheck`.
class RequestReader final : public boost::beast::http::basic_parser<true> {
 public:
  RequestReader(std::uint32_t head_max, std::uint64_t body_max) {
    header_limit(head_max);
    body_limit(body_max);
    eager(true);
  }
  [[nodiscard]] api::Request& request() { return request_; }

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

  void on_request_impl(verb, string_view method, string_view target, int, error_code&) override {
    request_.method = method;
    request_.target = origin_form(target);
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(field, string_view name, string_view value, error_code&) override {
    // A trailer must not pass for a header: whoever checked the headers has not seen it.
    if (!is_header_done()) request_.headers.push_back({std::string(name), std::string(value)});
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override {
    request_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override {
    return on_body_impl(body, error);
  }
  void on_finish_impl(error_code&) override {}

  /// Path and query also where a proxy sent the whole URL.
  static std::string origin_form(string_view target) {
    if (target.starts_with('/')) return std::string(target);
    const auto path = target.find('/', target.find("://") + 3);
    return path == string_view::npos ? "/" : std::string(target.substr(path));
  }

  api::Request request_;
};

}  // namespace contactor::server
