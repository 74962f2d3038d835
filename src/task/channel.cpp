#include "task/channel.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace contactor::task {
namespace {

namespace asio = boost::asio;
using User = std::shared_ptr<ChannelUser>;

bool is_address(const std::string& host) {
  error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

/// @return false when OpenSSL refused the name: the connection must not be used then.
bool expect_host(SSL* ssl, const std::string& host) {
  if (is_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

}  // namespace

Channel::Channel(Socket socket, TlsContext* tls) : socket_(std::move(socket)) {
  if (tls != nullptr) tls_.emplace(socket_, *tls);
}

void Channel::handshake_as_client(const std::string& host, User user) {
  if (!expect_host(tls_->native_handle(), host)) {
    asio::post(socket_.get_executor(),
               [user = std::move(user)] { user->on_handshake(asio::error::invalid_argument); });
    return;
  }
  tls_->async_handshake(asio::ssl::stream_base::client,
                        [user = std::move(user)](const error_code& error) { user->on_handshake(error); });
}

void Channel::handshake_as_server(User user) {
  tls_->async_handshake(asio::ssl::stream_base::server,
                        [user = std::move(user)](const error_code& error) { user->on_handshake(error); });
}

void Channel::read_some(char* data, std::size_t size, User user) {
  auto done = [user = std::move(user)](const error_code& error, std::size_t got) {
    user->on_read(error, got);
  };
  if (tls_) {
    tls_->async_read_some(asio::buffer(data, size), std::move(done));
  } else {
    socket_.async_read_some(asio::buffer(data, size), std::move(done));
  }
}

bool Channel::write(std::string_view bytes, User user) {
  sent_ = 0;
  if (tls_) {
    sent_ = bytes.size();
    asio::async_write(
        *tls_, asio::buffer(bytes),
        [user = std::move(user)](const error_code& error, std::size_t) { user->on_written(error); });
    return false;
  }
  // Nearly every message fits the kernel's buffer: no need to go round the loop for it.
  const auto sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent > 0) sent_ = static_cast<std::size_t>(sent);
  if (sent_ == bytes.size()) return true;
  // Also after an error: the operation below meets it again and reports it in the usual way.
  auto done = [this, user = std::move(user)](const error_code& error, std::size_t more) {
    sent_ += more;
    user->on_written(error);
  };
  asio::async_write(socket_, asio::buffer(bytes.substr(sent_)), std::move(done));
  return false;
}

bool Channel::is_quiet() {
  char byte = 0;
  const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Channel::shut_down_sending() {
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Channel::close() {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace contactor::task
