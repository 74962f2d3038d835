#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "api/http.h"
#include "server/head_check.h"
#include "server/listener.h"
#include "server/request_reader.h"
#include "task/channel.h"

namespace contactor::server {

using Clock = std::chrono::steady_clock;

class Connection;

/// Who is at the other end.
struct Peer {
  std::string address;                           ///< without the port
  std::optional<std::uint32_t> local_user = {};  ///< came in through the socket file
};

/// What a connection asks of its listener.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  [[nodiscard]] virtual api::Handler& handler() = 0;
  [[nodiscard]] virtual const Listener::Options& options() const = 0;
  [[nodiscard]] virtual bool is_closing() const = 0;
  virtual void cover(Clock::time_point deadline) = 0;
  virtual void on_closed(Connection& connection) = 0;
};

/// One client: reads requests one after the other, also when they come pipelined, and writes the answers.
class Connection final : public task::ChannelUser, public std::enable_shared_from_this<Connection> {
 public:
  Connection(ConnectionOwner& owner, task::Channel::Socket socket, task::Channel::TlsContext* tls, Peer peer);

  void start();
  /// Answers at once with an error and closes, without reading.
  void turn_away();
  [[nodiscard]] const std::string& address() const { return peer_.address; }
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }
  void on_deadline();
  /// The listener closes: idle connections and streams end, an exchange may finish.
  void wind_down();
  /// Closes without telling the owner.
  void drop();

  /// For the answer and the stream of exchange `number`; too late ones are ignored.
  void respond(unsigned number, api::Response response);
  [[nodiscard]] std::shared_ptr<api::Stream> start_stream(unsigned number, api::Response head);
  [[nodiscard]] bool write_stream(unsigned number, std::string_view chunk);
  void close_stream(unsigned number);

  void on_handshake(const task::error_code& error) override;
  void on_read(const task::error_code& error, std::size_t size) override;
  void on_written(const task::error_code& error) override;

 private:
  enum class Phase : std::uint8_t { handshake, head, body, handling, writing, streaming, lingering, closed };

  void wait_until(Clock::time_point deadline);
  void read_more();
  void process();
  bool read_head();
  bool read_body();
  bool begin_body(const Head& head);
  void hand_over();
  void send(const api::Response& response);
  void refuse(const Refusal& refusal);
  void after_write();
  void flush_stream();
  void linger();
  void close();

  ConnectionOwner* owner_;
  task::Channel channel_;
  Peer peer_;
  Phase phase_ = Phase::handshake;
  bool processing_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool close_after_ = false;
  bool is_head_ = false;
  bool stream_ends_ = false;
  bool is_http_1_1_ = true;
  unsigned number_ = 0;
  std::size_t discarded_ = 0;
  Clock::time_point deadline_ = Clock::time_point::max();
  std::string in_;
  std::string out_;
  std::string pending_;  ///< of a stream: waits until `out_` is written
  HeadCheck check_;
  std::optional<RequestReader> reader_;
  std::array<char, 8 * 1024> buffer_;
};

}  // namespace contactor::server
