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

#include "http_client/test_certificates.h"

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
  /// Asks the client for another handshake on this connection, TLS 1.2.
  void ask_for_renegotiation();
  /// The next close resets the connection.
  void reset_on_close();

 private:
  long receive(char* data, std::size_t size);
  int fd_;
  ssl_st* ssl_;
  std::string buffered_;
};

/// Plays a script on every connection it accepts, each in a thread of its own.
class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;
  /// Where it listens: loopback only.
  struct Place {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< any
  };
  explicit ScriptedServer(Script script, const ServerIdentity* identity = nullptr)
      : ScriptedServer(std::move(script), identity, Place()) {}
  ScriptedServer(Script script, const ServerIdentity* identity, const Place& place);
  ~ScriptedServer();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int accepted() const { return accepted_; }
  /// Handshakes that clients have begun, on all connections.
  [[nodiscard]] int client_hellos() const { return client_hellos_; }

 private:
  void accept_all();
  void serve(int fd);
  Script script_;
  void* tls_ = nullptr;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::atomic<int> client_hellos_ = 0;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::set<int> open_;  ///< guarded by `mutex_`
  std::thread acceptor_;
};

/// A port on which nobody listens.
[[nodiscard]] std::uint16_t closed_port();

}  // namespace contactor::http_client
