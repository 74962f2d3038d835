#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

struct ssl_st;

namespace contactor::http_client {

/// One accepted connection of a test's server, blocking.
class Peer {
 public:
  Peer(int fd, ssl_st* ssl) : fd_(fd), ssl_(ssl) {}
  /// Reads up to the end of one request; empty when the client has left.
  std::string read_request();
  /// False when the client has left.
  bool write(std::string_view bytes);
  /// Waits until the client closes.
  void wait_for_end();
  /// The next close resets the connection.
  void reset_on_close();

 private:
  long receive(char* data, std::size_t size);
  int fd_;
  ssl_st* ssl_;
  std::string buffered_;
};

struct ServerIdentity {
  std::string certificate_pem;
  std::string key_pem;
  bool speaks_old_tls_only = false;  ///< TLS 1.0 and 1.1, as a server of long ago
};

/// When a certificate is good, in seconds from now.
struct Validity {
  long from = -60;
  long until = 3600;
};

enum class KeyStrength { sound, rsa_1024 };

/// A self-signed certificate for that DNS name or address, made anew.
[[nodiscard]] ServerIdentity make_identity(const std::string& name, bool is_address, Validity validity = {},
                                           KeyStrength strength = KeyStrength::sound);

/// Plays a script on every connection it accepts, each in a thread of its own.
class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;
  explicit ScriptedServer(Script script, const ServerIdentity* identity = nullptr);
  ~ScriptedServer();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int accepted() const { return accepted_; }

 private:
  void accept_all();
  void serve(int fd);
  Script script_;
  void* tls_ = nullptr;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::set<int> open_;  ///< guarded by `mutex_`
  std::thread acceptor_;
};

/// A port on which nobody listens.
[[nodiscard]] std::uint16_t closed_port();

}  // namespace contactor::http_client
