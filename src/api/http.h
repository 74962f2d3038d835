#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/http.h"

namespace contactor::api {

/// One request as the server read it; sizes and framing are checked, nothing else.
struct Request {
  std::string method;
  std::string target;  ///< path and query as sent
  std::vector<ports::HttpHeader> headers;
  std::string body;
  std::string remote_address;   ///< without the port
  bool body_too_large = false;  ///< the body was not read: answer 413
  /// The user who came in through the node's own socket file; only the server writes it.
  std::optional<std::uint32_t> local_user = {};

  /// The first header of that name, any case; empty where there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::vector<ports::HttpHeader> headers;
  std::string body;
};

/// A response that stays open: server-sent events.
class Stream {
 public:
  virtual ~Stream() = default;
  /// False when the client is gone, or its buffer (64 KiB) is full and it was dropped.
  virtual bool write(std::string_view chunk) = 0;
  virtual void close() = 0;
};

/// Answers a request, once, now or later on the loop's thread. Nobody minds when the client has left
/// meanwhile.
using Respond = std::move_only_function<void(Response)>;
/// Sends status and headers and keeps the response open. Null when the client has left.
using StartStream = std::move_only_function<std::shared_ptr<Stream>(Response head)>;

/// All that the server knows of the API. Thread: the loop's.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void handle(Request request, Respond respond) = 0;
  /// Asked first for every request: takes the stream over (and returns true, after `start` was called) where
  /// the route is a stream. Returning false, it must not have called `start`.
  virtual bool open_stream(const Request& request, StartStream start) = 0;
};

inline std::string_view Request::header(std::string_view name) const {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  for (const auto& header : headers) {
    if (std::ranges::equal(header.name, name, {}, lower, lower)) return header.value;
  }
  return {};
}

}  // namespace contactor::api
