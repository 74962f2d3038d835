#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "base/result.h"

namespace contactor::ports {

/// What is called once, on the engine's thread, when something asked for has ended.
template <class T>
using Done = std::move_only_function<void(T)>;

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< absolute, http or https
  std::vector<HttpHeader> headers;
  std::string body;
  Instant respond_by = Instant::never();  ///< the whole exchange ends by then
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;

  /// The first header of that name, any case; empty where there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Sends one request and tells how it ended. Never follows redirects, never repeats, bounds every size.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;

  /// @errors  unavailable (refused, reset, TLS), timed_out, protocol (broken or oversized answer), exhausted
  ///          (no place in the queue). `applied` is `no` only where no byte of the request was sent,
  ///          otherwise `maybe`. An HTTP status of any value is not an error here. Thread: the engine's.
  virtual void send(HttpRequest request, Done<Result<HttpResponse>> done) = 0;
};

}  // namespace contactor::ports
