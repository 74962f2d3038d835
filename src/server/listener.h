#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/http.h"
#include "base/result.h"
#include "task/loop.h"

namespace contactor::server {

/// Paths that begin so may have bodies of that size; the longest prefix counts.
struct BodyLimit {
  std::string prefix;
  std::size_t bytes;
};

/// The HTTP/1.1 server, plain or TLS, on the loop. Every size, time and count that a client controls is
/// bounded. Who comes in through a `socket_file` is this machine's own user, and requests say so.
class Listener {
 public:
  struct Options {
    std::string host = "127.0.0.1";  ///< an address
    std::uint16_t port = 0;          ///< 0: any free one
    std::string socket_file;         ///< a Unix domain socket instead of host and port; removed at the end
    std::string certificate_file;    ///< PEM chain; with `key_file` it makes the server speak TLS
    std::string key_file;
    std::size_t connections_max = 1000;
    std::size_t connections_per_address_max = 50;
    std::size_t head_bytes_max = 16 * 1024;
    std::size_t target_bytes_max = 8 * 1024;
    std::size_t body_bytes_max = 1024 * 1024;
    std::vector<BodyLimit> body_limits = {{"/v1/charging/", 10 * 1024 * 1024},
                                          {"/v1/iot/callbacks", 256 * 1024},
                                          {"/v1/payments/", 256 * 1024}};
    std::size_t stream_buffer_max = 64 * 1024;
    Millis head_max{10'000};  ///< from a request's first byte, or from connecting, to the end of its head
    Millis body_max{60'000};
    Millis idle_max{30'000};
    Millis write_max{30'000};  ///< a client that does not read
    Millis close_max{10'000};  ///< requests in flight when the server closes
  };

  /// @errors  invalid: the address, certificate or key cannot be used. unavailable: the port is taken, or the
  /// socket file cannot be made.
  [[nodiscard]] static Result<std::unique_ptr<Listener>> create(task::Loop& loop, api::Handler& handler,
                                                                Options options);
  /// Cuts all connections.
  ~Listener();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;
  /// Stops accepting, ends idle connections and streams, lets requests in flight end; `done` when all are
  /// gone.
  void close(std::move_only_function<void()> done);

  struct Parts;

 private:
  explicit Listener(std::shared_ptr<Parts> parts);
  std::shared_ptr<Parts> parts_;
};

}  // namespace contactor::server
