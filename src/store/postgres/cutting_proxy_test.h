#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace contactor::store::testing {

/// Passes bytes between clients and a server on loopback, and breaks connections where it is told to.
class CuttingProxy {
 public:
  enum class Cut : std::uint8_t {
    none,
    before_commit,  ///< the server never sees the COMMIT
    after_commit,   ///< the server has answered the COMMIT, the client does not see it
    freeze,         ///< as after_commit, but nobody is told: the connection stays open in silence
  };

  explicit CuttingProxy(int server_port) : server_port_(server_port) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 64) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("the proxy cannot listen");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~CuttingProxy() {
    ending_ = true;
    thread_.join();
    for (const auto& pair : pairs_) drop(pair);
    close(listener_);
  }
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// Once, at the next COMMIT of any connection.
  void cut(Cut cut) { cut_ = cut; }
  [[nodiscard]] bool has_cut() const { return cut_ == Cut::none; }
  /// Ends every connection, and refuses new ones until it is opened again.
  void shut(bool is_shut) { is_shut_ = is_shut; }

 private:
  struct Pair {
    int client = -1, server = -1;
    Cut cut = Cut::none;  ///< what happens to the server's next answer
    bool frozen = false;
  };

  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  static void drop(const Pair& pair) {
    close(pair.client);
    close(pair.server);
  }

  void run() {
    while (!ending_) {
      std::vector<pollfd> wanted{{.fd = listener_, .events = POLLIN, .revents = 0}};
      for (const auto& pair : pairs_)
        for (const int end : {pair.client, pair.server})
          wanted.push_back({.fd = end, .events = static_cast<short>(pair.frozen ? 0 : POLLIN), .revents = 0});
      poll(wanted.data(), wanted.size(), 20);
      std::vector<Pair> kept;
      for (std::size_t i = 0; i < pairs_.size(); ++i)
        if (!is_shut_ && pass(pairs_[i], wanted[2 * i + 1].revents, wanted[2 * i + 2].revents))
          kept.push_back(pairs_[i]);
        else
          drop(pairs_[i]);
      pairs_ = std::move(kept);
      if (wanted[0].revents != 0) accept_one();
    }
  }

  void accept_one() {
    Pair pair{.client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)};
    pair.server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(server_port_);
    if (is_shut_ || connect(pair.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      drop(pair);
    else
      pairs_.push_back(pair);
  }

  /// False: the connection is at its end.
  bool pass(Pair& pair, short from_client, short from_server) {
    if (pair.frozen) return true;
    if (from_client != 0) {
      const auto bytes = take(pair.client);
      if (bytes.empty()) return false;
      // The Bind message of the prepared statement, behind the empty name of its portal.
      const bool commits = bytes.find(std::string("\0commit\0\0", 9)) != bytes.npos;
      if (commits && cut_ == Cut::before_commit) {
        cut_ = Cut::none;
        return false;
      }
      if (commits && cut_ != Cut::none) pair.cut = cut_.exchange(Cut::none);
      if (!give(pair.server, bytes)) return false;
    }
    if (from_server == 0) return true;
    const auto bytes = take(pair.server);
    if (bytes.empty()) return false;
    if (pair.cut == Cut::none) return give(pair.client, bytes);
    // The tag of the COMMIT's completion: it is durable now.
    if (bytes.find("COMMIT") == bytes.npos) return give(pair.client, bytes);
    pair.frozen = pair.cut == Cut::freeze;
    return pair.frozen;
  }

  static std::string take(int from) {
    std::array<char, 65536> space{};
    const auto size = recv(from, space.data(), space.size(), 0);
    return {space.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }
  static bool give(int to, const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
      const auto size = send(to, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) return false;
      sent += static_cast<std::size_t>(size);
    }
    return true;
  }

  const int server_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<Cut> cut_ = Cut::none;
  std::atomic<bool> is_shut_ = false;
  std::atomic<bool> ending_ = false;
  std::vector<Pair> pairs_;
  std::thread thread_;
};

}  // namespace contactor::store::testing
