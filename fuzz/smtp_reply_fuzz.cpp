// What a mail relay replies: one line for the greeting and for each command that follows. `close` hangs up.
// The replies go over a real socket, because libcurl reads them: this target is slow and narrow.

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "fuzz/input.h"
#include "gateways/smtp/session.h"

namespace contactor::gateways::smtp {
namespace {

/// Answers the clients of one port, one after another, each with the lines that stand ready.
class Replier {
 public:
  Replier() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    CTR_ASSERT(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    CTR_ASSERT(::listen(listener_, 8) == 0);
    CTR_ASSERT(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  Replier(Replier&&) = delete;
  [[nodiscard]] std::string url() const { return fmt::format("smtp://127.0.0.1:{}", port_); }

  /// Serves one client until it leaves or the replies end.
  void serve(fuzz::Input replies) const {
    const int client = ::accept(listener_, nullptr, nullptr);
    CTR_ASSERT(client >= 0);
    // Who waits for a further line of the same reply says nothing: it comes then.
    const timeval patience{.tv_sec = 0, .tv_usec = 3000};
    ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    bool open = reply(client, replies);
    std::string seen;
    std::array<char, 4096> chunk{};
    while (open) {
      const auto got = ::recv(client, chunk.data(), chunk.size(), 0);
      if (got == 0 || (got < 0 && errno != EAGAIN)) break;
      if (got > 0) seen.append(chunk.data(), static_cast<std::size_t>(got));
      // A command is one line; the message ends with its dot.
      const std::string_view end = seen.starts_with("Subject:") ? "\r\n.\r\n" : "\r\n";
      if (got > 0 && !seen.ends_with(end)) continue;
      seen.clear();
      open = reply(client, replies);
    }
    ::close(client);
  }

 private:
  static bool reply(int client, fuzz::Input& replies) {
    if (replies.rest().empty()) return false;
    const auto line = replies.line();
    if (line == "close") return false;
    const std::string bytes = std::string(line) + "\r\n";
    return ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }

  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
};

/// Nothing but a 2xx to the end of the message is a delivery.
bool may_succeed(fuzz::Input replies) {
  bool any = false;
  while (!replies.rest().empty()) any = replies.line().starts_with('2') || any;
  return any;
}

void check_delivery(const fuzz::Input& replies) {
  static const Replier replier;
  std::thread server([&] { replier.serve(replies); });
  const std::atomic<bool> stopping{false};
  Status sent;
  {
    Session session(*parse_relay(replier.url()), stopping);
    sent = session.deliver({.from = "shop@example.org",
                            .to = "ada@example.org",
                            .mail = "Subject: Hi\r\n\r\nHello.\r\n",
                            .respond_by = std::chrono::steady_clock::now() + std::chrono::seconds(2)});
  }
  server.join();
  if (sent) {
    CTR_ASSERT(may_succeed(replies));
    return;
  }
  // Whether a mail was taken is either known not to be, or open; a failure never says that it was.
  CTR_ASSERT(sent.error().applied != Applied::yes && !sent.error().detail.empty());
  CTR_ASSERT(sent.error().kind != ErrorKind::internal);
}

}  // namespace
}  // namespace contactor::gateways::smtp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  contactor::gateways::smtp::check_delivery(contactor::fuzz::Input(data, size));
  return 0;
}
