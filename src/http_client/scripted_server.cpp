#include "http_client/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>

#include "base/result.h"

namespace contactor::http_client {
namespace {

std::uint16_t bind_to(int fd, const ScriptedServer::Place& place) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(place.port);
  CTR_ASSERT(inet_pton(AF_INET, place.address.c_str(), &address.sin_addr) == 1);
  socklen_t size = sizeof address;
  CTR_ASSERT(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  CTR_ASSERT(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

std::size_t body_length(std::string_view head) {
  const auto at = head.find("Content-Length: ");
  std::size_t length = 0;
  if (at != std::string_view::npos) std::from_chars(head.data() + at + 16, head.data() + head.size(), length);
  return length;
}

X509* certificate_of(const std::string& pem) {
  BIO* text = BIO_new_mem_buf(pem.data(), -1);
  X509* certificate = PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
  BIO_free(text);
  return certificate;
}

void demand_clients_of(SSL_CTX* tls, const std::string& authority_pem) {
  X509* authority = certificate_of(authority_pem);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(tls), authority);
  X509_free(authority);
  SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

int count_hello(SSL*, int*, void* count) {
  ++*static_cast<std::atomic<int>*>(count);
  return SSL_CLIENT_HELLO_SUCCESS;
}

SSL_CTX* context_of(const ServerIdentity& identity) {
  auto* tls = SSL_CTX_new(TLS_server_method());
  // What is broken on purpose must be allowed here, so that it is the client who refuses.
  SSL_CTX_set_security_level(tls, 0);
  if (identity.speaks_old_tls_only) {
    SSL_CTX_set_min_proto_version(tls, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(tls, TLS1_1_VERSION);
  }
  if (identity.speaks_tls_12_only) SSL_CTX_set_max_proto_version(tls, TLS1_2_VERSION);
  if (!identity.asks_for_clients_of.empty()) demand_clients_of(tls, identity.asks_for_clients_of);
  X509* certificate = certificate_of(identity.certificate_pem);
  BIO* key_text = BIO_new_mem_buf(identity.key_pem.data(), -1);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(key_text, nullptr, nullptr, nullptr);
  CTR_ASSERT(SSL_CTX_use_certificate(tls, certificate) == 1 && SSL_CTX_use_PrivateKey(tls, key) == 1);
  X509_free(certificate);
  EVP_PKEY_free(key);
  BIO_free(key_text);
  return tls;
}

}  // namespace

std::uint16_t closed_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const auto port = bind_to(fd, {});
  close(fd);
  return port;
}

long Peer::receive(char* data, std::size_t size) {
  return ssl_ != nullptr ? SSL_read(ssl_, data, static_cast<int>(size)) : recv(fd_, data, size, 0);
}

std::string Peer::read_request() {
  std::array<char, 4096> chunk{};
  for (;;) {
    const auto end = buffered_.find("\r\n\r\n");
    if (end != std::string::npos) {
      const auto size = end + 4 + body_length(std::string_view(buffered_).substr(0, end + 2));
      if (buffered_.size() >= size) {
        auto request = buffered_.substr(0, size);
        buffered_.erase(0, size);
        return request;
      }
    }
    const auto got = receive(chunk.data(), chunk.size());
    if (got <= 0) return {};
    buffered_.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

bool Peer::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const long sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                      : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Peer::wait_for_end() {
  std::array<char, 4096> chunk{};
  while (receive(chunk.data(), chunk.size()) > 0) {
  }
}

void Peer::ask_for_renegotiation() {
  CTR_ASSERT(SSL_renegotiate(ssl_) == 1);
  SSL_do_handshake(ssl_);
}

void Peer::reset_on_close() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

ScriptedServer::ScriptedServer(Script script, const ServerIdentity* identity, const Place& place)
    : script_(std::move(script)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets without asking for no signal
  if (identity != nullptr) {
    auto* tls = context_of(*identity);
    SSL_CTX_set_client_hello_cb(tls, &count_hello, &client_hellos_);
    tls_ = tls;
  }
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  port_ = bind_to(listener_, place);
  CTR_ASSERT(listen(listener_, 64) == 0);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
  close(listener_);
  SSL_CTX_free(static_cast<SSL_CTX*>(tls_));
}

void ScriptedServer::accept_all() {
  for (;;) {
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    ++accepted_;
    {
      const std::lock_guard lock(mutex_);
      open_.insert(fd);
    }
    threads_.emplace_back([this, fd] { serve(fd); });
  }
}

void ScriptedServer::serve(int fd) {
  SSL* ssl = nullptr;
  if (tls_ != nullptr) {
    ssl = SSL_new(static_cast<SSL_CTX*>(tls_));
    SSL_set_fd(ssl, fd);
  }
  if (ssl == nullptr || SSL_accept(ssl) == 1) {
    Peer peer(fd, ssl);
    script_(peer);
  }
  SSL_free(ssl);
  const std::lock_guard lock(mutex_);
  open_.erase(fd);
  close(fd);
}

}  // namespace contactor::http_client
