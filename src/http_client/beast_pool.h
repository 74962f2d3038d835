#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "http_client/tls_files.h"
#include "ports/http.h"
#include "task/loop.h"

namespace contactor::http_client {

/// HTTP/1.1 over kept connections, on the loop's own thread: the path where a request may cost only
/// microseconds.
///
/// A request never goes out twice, also not when a kept connection turns out to be dead while it is written.
class BeastPool final : public ports::HttpTransport {
 public:
  struct Options {
    std::size_t connections_per_origin_max = 64;
    std::size_t origins_max = 256;
    std::size_t queue_max = 10'000;  ///< requests that wait for a connection, over all origins
    Millis connect_max{3'000};       ///< name, TCP and TLS together
    Millis exchange_max{60'000};     ///< where the request names no or a later `respond_by`
    Millis idle_max{30'000};
    Millis age_max{600'000};  ///< of a kept connection; then the name is looked up again
    std::size_t header_bytes_max = 16 * 1024;
    std::size_t body_bytes_max = 1024 * 1024;
    TlsFiles tls;
    std::string user_agent;  ///< `contactor/<version>` when empty
  };

  /// @errors  invalid: a file of the TLS policy, see there.
  [[nodiscard]] static Result<std::unique_ptr<BeastPool>> create(task::Loop& loop, Options options);
  /// Closes all connections; what is under way is dropped without a call.
  ~BeastPool() override;

  void send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) override;
  /// Ends all that is under way with `canceled`; later requests too.
  void close();

  struct Parts;

 private:
  explicit BeastPool(std::shared_ptr<Parts> parts);
  std::shared_ptr<Parts> parts_;
};

}  // namespace contactor::http_client
