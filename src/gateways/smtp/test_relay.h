#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"

namespace contactor::gateways::smtp {

/// How a relay of a test behaves. A reply is found by the first word of the command; `DOT` stands for the end
/// of the data.
struct Behaviour {
  std::map<std::string, std::string> replies;
  std::vector<std::string> offers;  ///< extensions in the answer to EHLO
  std::string hangs_up_after;       ///< closes the connection instead of answering this
  std::string stalls_after;         ///< never answers this
};

/// What a relay took.
struct Taken {
  std::vector<std::string> commands;
  std::vector<std::string> mails;
  std::vector<std::string> logins;
  int connections = 0;
};

/// A mail server on a free port of this machine, one connection at a time, in a thread of its own.
class TestRelay {
 public:
  explicit TestRelay(Behaviour behaviour = {}) : behaviour_(std::move(behaviour)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    CTR_ASSERT(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
               ::listen(listener_, 8) == 0);
    CTR_ASSERT(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  TestRelay(TestRelay&&) = delete;
  ~TestRelay() {
    const std::uint64_t one = 1;
    CTR_ASSERT(::write(stop_, &one, sizeof one) == sizeof one);
    thread_.join();
    ::close(listener_);
    ::close(stop_);
  }

  [[nodiscard]] std::string url(const std::string& login = {}) const {
    return "smtp://" + login + "127.0.0.1:" + std::to_string(port_);
  }
  [[nodiscard]] Taken taken() const {
    const std::scoped_lock lock(mutex_);
    return taken_;
  }

 private:
  /// False once the relay closes.
  [[nodiscard]] bool wait_for(int socket) const {
    std::array<pollfd, 2> both{
        {{.fd = socket, .events = POLLIN, .revents = 0}, {.fd = stop_, .events = POLLIN, .revents = 0}}};
    ::poll(both.data(), both.size(), -1);
    return both[1].revents == 0;
  }

  void serve() {
    while (wait_for(listener_)) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      {
        const std::scoped_lock lock(mutex_);
        ++taken_.connections;
      }
      talk(socket);
      ::close(socket);
    }
  }

  static void say(int socket, const std::string& text) {
    const std::string line = text + "\r\n";
    (void)!::send(socket, line.data(), line.size(), MSG_NOSIGNAL);
  }

  /// Reads up to and without `end`; false at the end of the connection.
  bool read_until(int socket, const std::string& end, std::string& buffer, std::string& text) {
    std::size_t at = 0;
    while ((at = buffer.find(end)) == std::string::npos) {
      std::array<char, 4096> piece{};
      if (!wait_for(socket)) return false;
      const ssize_t size = ::recv(socket, piece.data(), piece.size(), 0);
      if (size <= 0) return false;
      buffer.append(piece.data(), static_cast<std::size_t>(size));
    }
    text = buffer.substr(0, at);
    buffer.erase(0, at + end.size());
    return true;
  }

  /// Answers, or does what the behaviour says instead; false where the connection ends.
  bool reply(int socket, const std::string& word, const std::string& usual) {
    if (behaviour_.stalls_after == word) {
      std::string buffer, nothing;
      return read_until(socket, "no such line", buffer, nothing);
    }
    if (behaviour_.hangs_up_after == word) return false;
    const auto found = behaviour_.replies.find(word);
    say(socket, found == behaviour_.replies.end() ? usual : found->second);
    return true;
  }

  bool answer(int socket, const std::string& word) {
    if (word == "EHLO") {
      std::string text = "250-relay.example\r\n";
      for (const auto& offer : behaviour_.offers) text += "250-" + offer + "\r\n";
      return reply(socket, word, text + "250 8BITMIME");
    }
    if (word == "DATA") return reply(socket, word, "354 go on");
    if (word == "AUTH") return reply(socket, word, "235 welcome");
    return reply(socket, word, "250 fine");
  }

  void talk(int socket) {
    std::string buffer, line;
    say(socket, behaviour_.replies.contains("") ? behaviour_.replies.at("") : "220 relay.example");
    while (read_until(socket, "\r\n", buffer, line)) {
      {
        const std::scoped_lock lock(mutex_);
        taken_.commands.push_back(line);
      }
      const std::string word = line.substr(0, line.find(' '));
      if (word == "AUTH") {
        say(socket, "334 ");
        if (!read_until(socket, "\r\n", buffer, line)) return;
        const std::scoped_lock lock(mutex_);
        taken_.logins.push_back(line);
      }
      if (word == "QUIT" || !answer(socket, word)) return;
      if (word != "DATA" || behaviour_.replies.contains("DATA")) continue;
      if (!read_until(socket, "\r\n.\r\n", buffer, line)) return;
      {
        const std::scoped_lock lock(mutex_);
        taken_.mails.push_back(line);
      }
      if (!reply(socket, "DOT", "250 taken")) return;
    }
  }

  Behaviour behaviour_;
  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int stop_ = ::eventfd(0, EFD_CLOEXEC);
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  Taken taken_;
  std::thread thread_;
};

}  // namespace contactor::gateways::smtp
