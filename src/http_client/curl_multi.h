#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "http_client/tls_files.h"
#include "ports/egress.h"
#include "ports/http.h"
#include "task/loop.h"

namespace contactor::http_client {

/// libcurl in a thread of its own, for the clouds: HTTP/2, proxies, slow name servers cost the loop nothing.
///
/// A request goes out once: curl's own repetition on a fresh connection is stopped.
class CurlMulti final : public ports::HttpTransport {
 public:
  struct Options {
    std::size_t active_max = 256;
    std::size_t connections_per_host_max = 32;
    std::size_t queue_max = 10'000;  ///< requests that wait to become active
    Millis connect_max{3'000};
    Millis exchange_max{60'000};  ///< where the request names no or a later `respond_by`
    Millis age_max{600'000};      ///< of a kept connection, full seconds; then the name is looked up again
    std::size_t header_bytes_max = 16 * 1024;
    std::size_t body_bytes_max = 1024 * 1024;
    /// A longer body is cut there and the status counts, instead of being an error.
    bool cuts_bodies = false;
    /// Where addresses are a stranger's choice: what may be connected to, judged for every connection after
    /// the name was looked up. What may not is `unauthorized`.
    std::optional<ports::EgressPolicy> egress;
    TlsFiles tls;
    std::string user_agent;  ///< `contactor/<version>` when empty
    std::string proxy;       ///< none when empty: the environment is not asked
  };

  /// @errors  invalid: a file of the TLS policy, see there. internal: libcurl cannot start.
  [[nodiscard]] static Result<std::unique_ptr<CurlMulti>> create(task::Loop& loop, Options options);
  /// Ends the thread; what is under way is dropped without a call.
  ~CurlMulti() override;

  void send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) override;
  /// Ends all that is under way with `canceled`, on the loop; later requests too.
  void close();

  struct Parts;

 private:
  explicit CurlMulti(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace contactor::http_client
