#include "app/running_node.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "server/local_socket.h"
#include "task/loop.h"

namespace contactor::app {
namespace {

constexpr std::string_view kOrigin = "node";
constexpr timeval kAnswerMax{.tv_sec = 60, .tv_usec = 0};
constexpr Millis kStartMax = std::chrono::seconds(30);
constexpr Millis kStartPause = std::chrono::milliseconds(100);

std::string text_of(const api::Request& request) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", request.method,
                                 request.target);
  for (const auto& [name, value] : request.headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!request.body.empty()) text += fmt::format("Content-Length: {}\r\n", request.body.size());
  return text + "\r\n" + request.body;
}

/// The request may have been acted on: nobody repeats it blindly.
std::unexpected<Error> lost(ErrorKind kind, std::string detail) {
  return fail(Error{
      .kind = kind, .applied = Applied::maybe, .origin = std::string(kOrigin), .detail = std::move(detail)});
}

Status write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return lost(ErrorKind::unavailable, "the running node hung up");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<std::string> read_to_the_end(int descriptor) {
  std::string all;
  std::array<char, 16 * 1024> chunk{};
  for (;;) {
    const auto got = recv(descriptor, chunk.data(), chunk.size(), 0);
    if (got == 0) return all;
    if (got > 0) {
      all.append(chunk.data(), static_cast<std::size_t>(got));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      return lost(ErrorKind::timed_out,
                  fmt::format("the running node did not answer in {} s", kAnswerMax.tv_sec));
    return lost(ErrorKind::unavailable, fmt::format("the running node hung up: {}", std::strerror(errno)));
  }
}

std::optional<std::size_t> number_in(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return number;
}

/// What our own server writes: a status line, headers with a length, a body.
Result<api::Response> read_answer(const std::string& text) {
  const auto end_of_head = text.find("\r\n\r\n");
  const auto status =
      text.starts_with("HTTP/1.1 ") ? number_in(std::string_view(text).substr(9)) : std::nullopt;
  const auto length_at = text.find("Content-Length: ");
  if (end_of_head == std::string::npos || !status || length_at > end_of_head)
    return lost(ErrorKind::protocol, "the running node gave no whole answer");
  api::Response answer{
      .status = static_cast<int>(*status), .headers = {}, .body = text.substr(end_of_head + 4)};
  if (number_in(std::string_view(text).substr(length_at + 16)) != answer.body.size())
    return lost(ErrorKind::protocol, "the running node's answer was cut short");
  return answer;
}

}  // namespace

std::string socket_file_of(const std::string& db_url) {
  constexpr std::string_view kSqlite = "sqlite:";
  return db_url.starts_with(kSqlite) ? db_url.substr(kSqlite.size()) + ".sock" : std::string();
}

Result<RunningNode> RunningNode::find(std::string socket_file) {
  CTR_TRY(connection, server::connect_to(socket_file));
  CTR_TRY(peer, server::local_peer_of(connection.number()));
  return RunningNode(std::move(socket_file), peer.process);
}

Result<api::Response> RunningNode::ask(const api::Request& request) const {
  task::Loop clock;
  const Instant give_up_at = clock.now() + kStartMax;
  for (;;) {
    auto answer = ask_once(request);
    // Only a node that has not begun yet says this without a word of explanation: nothing was done.
    const bool is_starting = answer && answer->status == 503 && answer->body.empty();
    if (!is_starting || clock.now() > give_up_at) return answer;
    clock.call_at(clock.now() + kStartPause, [&] { clock.stop(); });
    clock.run();
  }
}

Result<api::Response> RunningNode::ask_once(const api::Request& request) const {
  CTR_TRY(connection, server::connect_to(socket_file_));
  for (const int side : {SO_RCVTIMEO, SO_SNDTIMEO})
    (void)setsockopt(connection.number(), SOL_SOCKET, side, &kAnswerMax, sizeof kAnswerMax);
  CTR_CHECK(write_all(connection.number(), text_of(request)));
  CTR_TRY(text, read_to_the_end(connection.number()));
  return read_answer(text);
}

}  // namespace contactor::app
