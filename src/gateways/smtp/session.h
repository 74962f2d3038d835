#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "gateways/smtp/relay.h"

namespace contactor::gateways::smtp {

struct Delivery {
  std::string from;  ///< bare addresses
  std::string to;
  std::string mail;  ///< as `render_mail` made it
  std::chrono::steady_clock::time_point respond_by;
};

/// One connection to a relay, kept between messages. Blocks. Thread: one, always the same.
class Session {
 public:
  /// @param stopping  watched while a message is on its way; true ends it with `canceled`.
  Session(Relay relay, const std::atomic<bool>& stopping);
  Session(Session&&) = delete;
  ~Session();

  /// @errors  invalid (5xx about recipient or message), unauthorized (login or sender refused), unavailable
  /// (4xx, no
  ///          connection, no TLS), timed_out, canceled; `applied` = maybe once the whole message was handed
  ///          over and no answer came.
  [[nodiscard]] Status deliver(const Delivery& delivery);

 private:
  struct Curl;
  /// Starts over with a new handle and no connection.
  void prepare();

  Relay relay_;
  const std::atomic<bool>& stopping_;
  std::unique_ptr<Curl> curl_;
};

}  // namespace contactor::gateways::smtp
