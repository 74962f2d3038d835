#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "http_client/curl_multi.h"
#include "http_client/tls_policy.h"
#include "ports/http.h"

namespace contactor::http_client {

/// One request on its way through libcurl, from the queue to its outcome. Thread: the client's own after
/// `arm`.
class CurlTransfer {
 public:
  using Clock = std::chrono::steady_clock;
  using Done = ports::Done<Result<ports::HttpResponse>>;

  CurlTransfer(ports::HttpRequest request, Done done, Clock::time_point deadline);
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  /// Puts the request into `easy`, which is then this transfer's until it ends.
  /// @param tls  must outlive the connection that `easy` may open.
  void arm(CURL* easy, const CurlMulti::Options& options, TlsPolicy& tls);
  [[nodiscard]] CURL* easy() const { return easy_; }
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }
  [[nodiscard]] Result<ports::HttpResponse> outcome(CURLcode code);
  [[nodiscard]] std::unexpected<Error> failure(ErrorKind kind, std::string detail) const;
  [[nodiscard]] Done take_done() { return std::move(done_); }

 private:
  static std::size_t on_body(char* data, std::size_t one, std::size_t size, void* self);
  static std::size_t on_header(char* data, std::size_t one, std::size_t size, void* self);
  static int on_before_request(void* self, char*, char*, int, int);
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static CURLcode on_tls_context(CURL*, void* context, void* policy);
  void set_egress(const CurlMulti::Options& options);
  void set_method();
  void set_tls(TlsPolicy& tls);
  void set_headers(const CurlMulti::Options& options);
  [[nodiscard]] bool has_broken_chunks() const;
  [[nodiscard]] bool has_nothing_left(CURLcode code) const;
  [[nodiscard]] bool is_certificate_refused() const;
  bool take_header(std::string_view line);

  ports::HttpRequest request_;
  Done done_;
  Clock::time_point deadline_;
  CURL* easy_ = nullptr;
  curl_slist* header_list_ = nullptr;
  ports::HttpResponse response_;
  std::size_t header_left_ = 0;
  std::size_t body_max_ = 0;
  bool cuts_body_ = false;
  bool was_cut_ = false;
  const ports::EgressPolicy* egress_ = nullptr;  ///< null: every address
  std::optional<Error> refused_;                 ///< an address that must not be connected to
  std::string content_length_;
  bool header_done_ = false;
  bool begun_ = false;            ///< bytes of the request may have left
  const char* broken_ = nullptr;  ///< why we ourselves stopped the transfer
  std::array<char, CURL_ERROR_SIZE> text_{};
};

}  // namespace contactor::http_client
