#include "http_client/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>

#include "base/result.h"

namespace contactor::http_client {
namespace {

sockaddr_in loopback() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t bind_any(int fd) {
  auto address = loopback();
  socklen_t size = sizeof address;
  CTR_ASSERT(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  CTR_ASSERT(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::size_t body_length(std::string_view head) {
  const auto at = head.find("Content-Length: ");
  std::size_t length = 0;
  if (at != std::string_view::npos) std::from_chars(head.data() + at + 16, head.data() + head.size(), length);
  return length;
}

}  // namespace

std::uint16_t closed_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const auto port = bind_any(fd);
  close(fd);
  return port;
}

ServerIdentity make_identity(const std::string& name, bool is_address, Validity validity,
                             KeyStrength strength) {
  EVP_PKEY* key = strength == KeyStrength::sound ? EVP_EC_gen("P-256") : EVP_RSA_gen(1024);
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), validity.from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), validity.until);
  X509_set_pubkey(certificate, key);
  auto* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1,
                             -1, 0);
  X509_set_issuer_name(certificate, subject);
  const auto names = (is_address ? "IP:" : "DNS:") + name;
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate, key, EVP_sha256());
  BIO* certificate_text = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(certificate_text, certificate);
  BIO* key_text = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(key_text, key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return {text_of(certificate_text), text_of(key_text)};
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

void Peer::reset_on_close() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

ScriptedServer::ScriptedServer(Script script, const ServerIdentity* identity) : script_(std::move(script)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets without asking for no signal
  if (identity != nullptr) {
    auto* tls = SSL_CTX_new(TLS_server_method());
    BIO* certificate_text = BIO_new_mem_buf(identity->certificate_pem.data(), -1);
    X509* certificate = PEM_read_bio_X509(certificate_text, nullptr, nullptr, nullptr);
    BIO* key_text = BIO_new_mem_buf(identity->key_pem.data(), -1);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_text, nullptr, nullptr, nullptr);
    // What is broken on purpose must be allowed here, so that it is the client who refuses.
    SSL_CTX_set_security_level(tls, 0);
    if (identity->speaks_old_tls_only) {
      SSL_CTX_set_min_proto_version(tls, TLS1_VERSION);
      SSL_CTX_set_max_proto_version(tls, TLS1_1_VERSION);
    }
    SSL_CTX_use_certificate(tls, certificate);
    SSL_CTX_use_PrivateKey(tls, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    BIO_free(certificate_text);
    BIO_free(key_text);
    tls_ = tls;
  }
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  port_ = bind_any(listener_);
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
