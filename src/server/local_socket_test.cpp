#include "server/local_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "server/listener.h"

namespace contactor::server {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "contactor-socket-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] std::string deep_file() const {
    const fs::path deep = path_ / std::string(90, 'a') / std::string(90, 'b');
    fs::create_directories(deep);
    return (deep / "x.sock").string();
  }

 private:
  fs::path path_;
};

class NotesUser final : public api::Handler {
 public:
  void handle(api::Request request, api::Respond respond) override {
    user = request.local_user;
    address = request.remote_address;
    respond({.status = 200, .headers = {}, .body = "hello"});
  }
  bool open_stream(const api::Request&, api::StartStream) override { return false; }
  std::optional<std::uint32_t> user;
  std::string address;
};

std::string exchange(const std::string& path) {
  const auto connection = connect_to(path);
  if (!connection) return connection.error().detail;
  constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(send(connection->number(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL),
            ssize_t(kRequest.size()));
  std::string all;
  std::array<char, 4096> chunk{};
  for (ssize_t got = 0; (got = recv(connection->number(), chunk.data(), chunk.size(), 0)) > 0;)
    all.append(chunk.data(), static_cast<std::size_t>(got));
  return all;
}

std::string ask_listener_at(const std::string& path, NotesUser& handler) {
  task::Loop loop;
  const auto listener = Listener::create(loop, handler, {.socket_file = path});
  EXPECT_TRUE(listener) << listener.error().message();
  std::string answer;
  std::jthread client([&] {
    answer = exchange(path);
    loop.stop();
  });
  loop.run();
  return answer;
}

TEST(LocalSocket, AnswersAndSaysWhichUserAsks) {
  const Folder folder;
  NotesUser handler;
  EXPECT_TRUE(ask_listener_at(folder.file("x.sock"), handler).ends_with("hello"));
  EXPECT_EQ(handler.user, geteuid());
  EXPECT_EQ(handler.address, fmt::format("local:{}", geteuid()));
}

TEST(LocalSocket, MayLieDeeperThanAnAddressIsLong) {
  const Folder folder;
  NotesUser handler;
  EXPECT_TRUE(ask_listener_at(folder.deep_file(), handler).ends_with("hello"));
  EXPECT_EQ(listen_at(folder.file(std::string(120, 'n'))).error().kind, ErrorKind::invalid);
}

TEST(LocalSocket, IsTheOwnersAloneAndGoneAtTheEnd) {
  const Folder folder;
  const std::string path = folder.file("x.sock");
  NotesUser handler;
  task::Loop loop;
  {
    const auto listener = Listener::create(loop, handler, {.socket_file = path});
    ASSERT_TRUE(listener);
    struct stat found{};
    ASSERT_EQ(lstat(path.c_str(), &found), 0);
    EXPECT_TRUE(S_ISSOCK(found.st_mode));
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(LocalSocket, ReplacesADeadOneAndNothingElse) {
  const Folder folder;
  const std::string path = folder.file("x.sock");
  ASSERT_TRUE(listen_at(path));  // Closed at once, as by a process that was killed: the file stays.
  EXPECT_TRUE(fs::exists(path));
  EXPECT_EQ(connect_to(path).error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(listen_at(path));
  fs::remove(path);
  std::ofstream(path) << "precious";
  const auto refused = listen_at(path);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("no socket"), std::string::npos);
  EXPECT_EQ(fs::file_size(path), 8U);
}

TEST(LocalSocket, NamesTheProcessAtTheOtherEnd) {
  const Folder folder;
  const auto listening = listen_at(folder.file("x.sock"));
  ASSERT_TRUE(listening);
  const auto connection = connect_to(folder.file("x.sock"));
  ASSERT_TRUE(connection);
  const auto peer = local_peer_of(connection->number());
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->process, getpid());
  EXPECT_EQ(peer->user, geteuid());
  EXPECT_FALSE(local_peer_of(-1));
}

}  // namespace
}  // namespace contactor::server
