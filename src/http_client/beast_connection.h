#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "http_client/connect_race.h"
#include "http_client/request_text.h"
#include "http_client/response_reader.h"
#include "ports/http.h"
#include "task/channel.h"

namespace contactor::http_client {

using Clock = std::chrono::steady_clock;
using Done = ports::Done<Result<ports::HttpResponse>>;

/// A request with its end: handed along until it meets a connection.
struct Exchange {
  ports::HttpRequest request;
  Done done;
  Clock::time_point deadline;
};

class Connection;

/// What a connection asks of its pool.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  /// The connection can take the next request.
  virtual void on_free(Connection& connection) = 0;
  /// The connection is closed for good.
  virtual void on_closed(Connection& connection) = 0;
};

struct ConnectionSettings {
  boost::asio::io_context& io;
  boost::asio::ssl::context& tls;
  ResponseLimits limits;
  Millis connect_max;
  Millis age_max;
  std::string user_agent;
};

/// One kept connection, with at most one exchange on it. Buffers and parser are reused from exchange to
/// exchange.
class Connection final : public task::ChannelUser, public std::enable_shared_from_this<Connection> {
 public:
  Connection(ConnectionOwner& owner, ConnectionSettings& settings);

  /// Connects, then sends.
  void open(Exchange exchange);
  /// Sends on a free connection.
  void start(Exchange exchange);
  /// False when a free connection was closed by the other side.
  [[nodiscard]] bool is_alive() { return channel_->is_quiet(); }
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }
  [[nodiscard]] bool is_busy() const { return phase_ != Phase::idle && phase_ != Phase::closed; }
  /// False once it is too old for another request: the name may lead elsewhere by now.
  [[nodiscard]] bool is_young(Clock::time_point now) const {
    return now - connected_at_ < settings_->age_max;
  }
  void set_idle_until(Clock::time_point until) { deadline_ = until; }
  /// Ends the exchange under way with an error of that kind, and the connection.
  void abort(ErrorKind kind, std::string detail);
  /// Closes without any call to the owner or the exchange.
  void drop();

  void on_handshake(const task::error_code& error) override;
  void on_read(const task::error_code& error, std::size_t size) override;
  void on_written(const task::error_code& error) override;

 private:
  enum class Phase : std::uint8_t { connecting, exchanging, idle, closed };

  void resolve(const Url& url);
  void connect(const boost::asio::ip::tcp::resolver::results_type& endpoints);
  void on_connected(const task::error_code& error, boost::asio::ip::tcp::socket socket);
  void write_request();
  void read_more();
  void consume();
  void on_end_of_stream(const task::error_code& error);
  void on_certificate_refused(const task::error_code& error);
  void complete();
  void finish(Result<ports::HttpResponse> result, bool keep);

  ConnectionOwner* owner_;
  ConnectionSettings* settings_;
  Phase phase_ = Phase::connecting;
  bool writing_ = false;
  bool tls_ = false;
  bool answered_ = false;  ///< the other side has said something on this connection
  int interim_answers_ = 0;
  Exchange exchange_;
  Clock::time_point deadline_;
  Clock::time_point connected_at_;
  boost::asio::ip::tcp::resolver resolver_;
  std::shared_ptr<ConnectRace> race_;  ///< until connected
  std::optional<task::Channel> channel_;
  std::string out_;
  std::optional<ResponseReader> reader_;
  std::size_t filled_ = 0;
  std::array<char, 16 * 1024> buffer_;
};

}  // namespace contactor::http_client
