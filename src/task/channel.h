#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace contactor::task {

using boost::system::error_code;

/// Who is called back by a Channel. It is kept alive by whatever is under way.
class ChannelUser {
 public:
  virtual ~ChannelUser() = default;
  virtual void on_handshake(const error_code& error) = 0;
  virtual void on_read(const error_code& error, std::size_t size) = 0;
  virtual void on_written(const error_code& error) = 0;
};

/// A connected byte stream, plain or TLS: the one place that instantiates Asio's operations.
class Channel {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using TlsContext = boost::asio::ssl::context;

  /// @param tls  null for a plain connection; must outlive the channel.
  Channel(Socket socket, TlsContext* tls);

  [[nodiscard]] Socket& socket() { return socket_; }
  [[nodiscard]] bool is_tls() const { return tls_.has_value(); }

  /// Checks the peer's certificate for `host`, a name or an address.
  void handshake_as_client(const std::string& host, std::shared_ptr<ChannelUser> user);
  void handshake_as_server(std::shared_ptr<ChannelUser> user);
  /// At most one read at a time.
  void read_some(char* data, std::size_t size, std::shared_ptr<ChannelUser> user);
  /// True when all of it was handed to the kernel at once: `on_written` is not called then. The bytes must
  /// stay where they are until the write has ended. At most one write at a time.
  [[nodiscard]] bool write(std::string_view bytes, std::shared_ptr<ChannelUser> user);
  /// Bytes that left before `write` failed or ended; of a TLS connection all, once a write was begun.
  [[nodiscard]] std::size_t sent() const { return sent_; }
  /// False when the other side has closed, or has spoken out of turn.
  [[nodiscard]] bool is_quiet();
  /// Ends the sending side, so that the other side sees the end after all that was written.
  void shut_down_sending();
  /// Whatever is under way ends with an error.
  void close();

 private:
  Socket socket_;
  std::optional<boost::asio::ssl::stream<Socket&>> tls_;
  std::size_t sent_ = 0;
};

}  // namespace contactor::task
