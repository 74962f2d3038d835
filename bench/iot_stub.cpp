#include "iot_stub.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include "base/result.h"

namespace contactor::bench {
namespace {

std::string_view between(std::string_view text, std::string_view before, char after) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + before.size());
  return rest.substr(0, rest.find(after));
}

void answer(std::string& out, int status, std::string_view body) {
  fmt::format_to(std::back_inserter(out),
                 "HTTP/1.1 {} OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", status,
                 body.size(), body);
}

void answer_request(std::string& out, IotStub::Mode mode, std::string_view head, std::string_view body) {
  if (head.starts_with("POST /token"))
    return answer(out, 200, R"({"access_token":"bench-token","token_type":"Bearer","expires_in":36000})");
  if (head.starts_with("POST ")) {
    const std::string_view command = between(body, R"("commandId":")", '"');
    if (mode == IotStub::Mode::A)
      return answer(out, 200,
                    fmt::format(R"({{"commandId":"{}","status":"applied","confirmed":true}})", command));
    return answer(out, 202, fmt::format(R"({{"commandId":"{}","status":"accepted"}})", command));
  }
  const std::string_view vin = between(head, "/vehicle/", '/');
  const std::string_view command = between(head.substr(0, head.find('\r')), "commandId=", ' ');
  answer(
      out, 200,
      fmt::format(
          R"({{"vin":"{}","online":true,"signalStrengthDbm":-70,"firmwareVersion":"1.0","state":"parked","features":{{}},)"
          R"("command":{{"commandId":"{}","status":"applied"}},"telemetry":{{}}}})",
          vin, command));
}

struct Connection {
  std::string in;
  std::string out;
};

/// Takes whole requests off the front of `in`.
void serve_buffered(Connection& connection, IotStub::Mode mode) {
  std::size_t at = 0;
  while (true) {
    const std::string_view rest = std::string_view(connection.in).substr(at);
    const std::size_t head_end = rest.find("\r\n\r\n");
    if (head_end == std::string_view::npos) break;
    const std::string_view head = rest.substr(0, head_end);
    const std::string_view length = between(head, "ontent-Length: ", '\r');
    std::size_t body = 0;
    std::from_chars(length.data(), length.data() + length.size(), body);
    if (rest.size() < head_end + 4 + body) break;
    answer_request(connection.out, mode, head, rest.substr(head_end + 4, body));
    at += head_end + 4 + body;
  }
  connection.in.erase(0, at);
}

[[noreturn]] void run(int listener, IotStub::Mode mode) {
  const int epoll = epoll_create1(0);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  std::unordered_map<int, Connection> connections;
  std::array<epoll_event, 256> events{};
  std::array<char, 65536> buffer{};
  while (true) {
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        const int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        const int yes = 1;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        epoll_event wanted{.events = EPOLLIN, .data = {.fd = client}};
        epoll_ctl(epoll, EPOLL_CTL_ADD, client, &wanted);
        continue;
      }
      const ssize_t got = read(fd, buffer.data(), buffer.size());
      if (got <= 0) {
        connections.erase(fd);
        close(fd);
        continue;
      }
      Connection& connection = connections[fd];
      connection.in.append(buffer.data(), static_cast<std::size_t>(got));
      serve_buffered(connection, mode);
      if (!connection.out.empty() && write(fd, connection.out.data(), connection.out.size()) > 0)
        connection.out.clear();
    }
  }
}

}  // namespace

IotStub::IotStub(Mode mode) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{
      .sin_family = AF_INET, .sin_port = 0, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  socklen_t size = sizeof address;
  CTR_ASSERT(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(listener, 4096) == 0);
  CTR_ASSERT(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  pid_ = fork();
  CTR_ASSERT(pid_ >= 0);
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    run(listener, mode);
  }
  close(listener);
}

IotStub::~IotStub() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::string IotStub::base_url() const { return fmt::format("http://127.0.0.1:{}", port_); }

double IotStub::cpu_seconds() const {
  std::ifstream file(fmt::format("/proc/{}/stat", pid_));
  std::string line;
  std::getline(file, line);
  std::size_t at = line.rfind(')');
  double ticks = 0;
  for (int field = 0; field < 14 && at != std::string::npos; ++field) {
    at = line.find(' ', at + 1);
    if (field == 12 || field == 13) ticks += std::strtod(line.c_str() + line.find(' ', at - 1), nullptr);
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace contactor::bench
