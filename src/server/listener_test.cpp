#include "server/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "server/smtp_sink.h"

namespace contactor::server {
namespace {

/// A blocking client of raw bytes.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~RawClient() { close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// Reads until `mark` has come; all up to the end where it does not come.
  std::string read_until(std::string_view mark) {
    std::array<char, 4096> chunk{};
    while (!seen_.contains(mark)) {
      const auto got = recv(fd_, chunk.data(), chunk.size(), 0);
      if (got <= 0) {
        ended_ = got == 0;
        return std::exchange(seen_, {});
      }
      seen_.append(chunk.data(), static_cast<std::size_t>(got));
    }
    const auto end = seen_.find(mark) + mark.size();
    auto text = seen_.substr(0, end);
    seen_.erase(0, end);
    return text;
  }
  std::string read_all() { return read_until("\1\2 never \3"); }
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  int fd_;
  std::string seen_;
  bool ended_ = false;
};

class Echo final : public api::Handler {
 public:
  void handle(api::Request request, api::Respond respond) override {
    ++handled;
    if (request.target == "/lost") return;
    if (request.target == "/later") {
      later = std::move(respond);
      return;
    }
    respond({.status = 200,
             .headers = {{"X-Target", request.target}, {"X-Bad", "a\r\nb"}, {"Content-Length", "77"}},
             .body = request.method + " " + request.body});
  }
  bool open_stream(const api::Request& request, api::StartStream start) override {
    if (request.target != "/events") return false;
    stream = start({.status = 200, .headers = {{"Content-Type", "text/event-stream"}}, .body = {}});
    if (stream) stream->write("data: one\n\n");
    return true;
  }
  int handled = 0;
  api::Respond later;
  std::shared_ptr<api::Stream> stream;
};

class ListenerTest : public testing::Test {
 protected:
  Listener& listener() {
    if (!listener_) listener_ = Listener::create(loop_, handler_, options_).value();
    return *listener_;
  }
  /// Runs `client` in a thread against the running loop.
  void with_client(std::move_only_function<void(RawClient&)> client) {
    const auto port = listener().port();
    std::jthread thread([&, port] {
      {
        RawClient raw(port);
        client(raw);
      }
      loop_.stop();
    });
    loop_.run();
  }
  std::string answer_to(std::string_view bytes) {
    std::string answer;
    with_client([&](RawClient& raw) {
      raw.write(bytes);
      answer = raw.read_all();
    });
    return answer;
  }
  task::Loop loop_;
  Echo handler_;
  Listener::Options options_{.close_max = Millis(300)};
  std::unique_ptr<Listener> listener_;
};

constexpr std::string_view get = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view get_last = "GET /z HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

TEST_F(ListenerTest, AnswersARequest) {
  const auto answer =
      answer_to("POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << answer;
  EXPECT_TRUE(answer.contains(" GMT\r\nServer: contactor\r\n"));
  EXPECT_TRUE(answer.contains("X-Target: /a\r\n"));
  EXPECT_TRUE(answer.contains("Content-Length: 7\r\n"));
  EXPECT_FALSE(answer.contains("X-Bad"));
  EXPECT_FALSE(answer.contains("77"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\nPOST hi"));
}

TEST_F(ListenerTest, AnswersPipelinedRequestsInOrder) {
  std::string many;
  for (int i = 0; i < 50; ++i) many += get;
  const auto answer = answer_to(many + std::string(get_last));
  EXPECT_EQ(handler_.handled, 51);
  EXPECT_LT(answer.find("/a?b=c"), answer.find("X-Target: /z"));
}

TEST_F(ListenerTest, ReadsARequestThatComesByteByByte) {
  std::string answer;
  with_client([&](RawClient& raw) {
    for (const char c :
         std::string("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "2\r\nab\r\n3;e=f\r\ncde\r\n0\r\nX-Trailer: t\r\n\r\n"))
      raw.write({&c, 1});
    answer = raw.read_all();
  });
  EXPECT_TRUE(answer.ends_with("\r\n\r\nPOST abcde")) << answer;
}

TEST_F(ListenerTest, HeadHasTheLengthAndNoBody) {
  const auto answer = answer_to("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.contains("Content-Length: 4\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(ListenerTest, InvitesABodyThatWaits) {
  with_client([&](RawClient& raw) {
    raw.write(
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: "
        "2\r\n\r\n");
    EXPECT_EQ(raw.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    raw.write("hi");
    EXPECT_TRUE(raw.read_all().ends_with("POST hi"));
  });
}

TEST_F(ListenerTest, ClosesAfterHttp10) {
  const auto answer = answer_to("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(answer.contains("Connection: close\r\n"));
  EXPECT_TRUE(answer.ends_with("GET "));
}

class Malformed : public ListenerTest, public testing::WithParamInterface<std::string_view> {};

TEST_P(Malformed, IsRefusedAndTheConnectionEnds) {
  std::string bytes(GetParam());
  bytes += "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  std::string answer;
  bool ended = false;
  with_client([&](RawClient& raw) {
    raw.write(bytes);
    answer = raw.read_all();
    ended = raw.ended();
  });
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_TRUE(answer.contains("Content-Type: application/problem+json\r\n"));
  EXPECT_TRUE(answer.contains("Connection: close\r\n"));
  EXPECT_TRUE(answer.contains(R"("type":"urn:contactor:problem:malformed-request")"));
  EXPECT_TRUE(ended);
  EXPECT_EQ(handler_.handled, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Requests, Malformed,
    testing::Values(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
        "GET / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\rX: y\r\n\r\n", "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "GET / HTTP/1.1\r\nX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n: empty\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: x\r\n\r\n", "GET / HTTP/1.10\r\nHost: x\r\n\r\n", "GET /\r\nHost: x\r\n\r\n",
        "G(T / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET relative HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nX: a\x01\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nExpect: magic\r\n\r\n"));

TEST_F(ListenerTest, RefusesWhatIsTooLarge) {
  const std::string long_header = "X: " + std::string(20'000, 'a') + "\r\n\r\n";
  EXPECT_TRUE(answer_to("GET / HTTP/1.1\r\nHost: x\r\n" + long_header).starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(answer_to("GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n")
                  .starts_with("HTTP/1.1 414 "));
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 101; ++i) many += "A: b\r\n";
  EXPECT_TRUE(answer_to(many + "\r\n").starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(answer_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n")
                  .starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(answer_to("POST /v1/payments/x HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" +
                        std::string(300'000, 'x'))
                  .starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(answer_to("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n" +
                        std::string(0x200000, 'x'))
                  .starts_with("HTTP/1.1 413 "));
  EXPECT_EQ(handler_.handled, 0);
  const auto large = answer_to(
      "POST /v1/charging/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5000000\r\n\r\n" +
      std::string(5'000'000, 'x'));
  EXPECT_TRUE(large.starts_with("HTTP/1.1 200 "));
  EXPECT_GT(large.size(), 5'000'000U);
}

TEST_F(ListenerTest, EndsSlowHeadsAndSilentConnections) {
  options_.head_max = Millis(60);
  options_.idle_max = Millis(60);
  EXPECT_TRUE(answer_to("GET / HTTP/1.1\r\nHost: x\r\nX: sl").starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(answer_to(""), "");
  EXPECT_TRUE(answer_to(get).starts_with("HTTP/1.1 200 "));
}

TEST_F(ListenerTest, EndsSlowBodies) {
  options_.body_max = Millis(60);
  EXPECT_TRUE(
      answer_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx").starts_with("HTTP/1.1 408 "));
}

TEST_F(ListenerTest, TurnsAwayConnectionsBeyondTheLimit) {
  options_.connections_per_address_max = 2;
  with_client([&](RawClient& first) {
    first.write(get);
    EXPECT_TRUE(first.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
    RawClient second(listener_->port());
    second.write(get);
    EXPECT_TRUE(second.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
    RawClient third(listener_->port());
    EXPECT_TRUE(third.read_all().starts_with("HTTP/1.1 503 "));
    EXPECT_TRUE(third.ended());
  });
}

TEST_F(ListenerTest, AnswersLaterAndNeverLeavesAClientHanging) {
  EXPECT_TRUE(
      answer_to("GET /lost HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 500 "));
  with_client([&](RawClient& raw) {
    raw.write("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    loop_.post([&] {
      loop_.call_at(loop_.now() + Millis(50),
                    [&] { handler_.later({.status = 201, .headers = {}, .body = "late"}); });
    });
    EXPECT_TRUE(raw.read_until("late").starts_with("HTTP/1.1 201 "));
    raw.write(get_last);
    EXPECT_TRUE(raw.read_all().contains("X-Target: /z"));
  });
}

TEST_F(ListenerTest, StreamsInChunksUntilClosed) {
  with_client([&](RawClient& raw) {
    raw.write("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto head = raw.read_until("data: one\n\n\r\n");
    EXPECT_TRUE(head.contains("Transfer-Encoding: chunked\r\n")) << head;
    EXPECT_TRUE(head.ends_with("\r\n\r\nb\r\ndata: one\n\n\r\n")) << head;
    loop_.post([&] {
      EXPECT_TRUE(handler_.stream->write("two"));
      handler_.stream->close();
      EXPECT_FALSE(handler_.stream->write("three"));
    });
    EXPECT_EQ(raw.read_all(), "3\r\ntwo\r\n0\r\n\r\n");
  });
}

TEST_F(ListenerTest, DropsAStreamThatNobodyReads) {
  with_client([&](RawClient& raw) {
    raw.write("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    raw.read_until("data: one\n\n\r\n");
    std::atomic<bool> dropped = false;
    loop_.post([&] {
      const std::string chunk(32 * 1024, 'x');
      for (int i = 0; i < 10'000 && handler_.stream->write(chunk); ++i) {
      }
      dropped = !handler_.stream->write("more");
      EXPECT_EQ(listener_->connections(), 0U);
      dropped.notify_one();
    });
    dropped.wait(false);
  });
}

TEST_F(ListenerTest, CloseLetsRequestsInFlightEnd) {
  bool closed = false;
  with_client([&](RawClient& raw) {
    raw.write("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    loop_.post([&] {
      loop_.call_at(loop_.now() + Millis(30), [&] {
        listener_->close([&] { closed = true; });
        EXPECT_FALSE(closed);
        handler_.later({.status = 200, .headers = {}, .body = "done"});
      });
    });
    const auto answer = raw.read_all();
    EXPECT_TRUE(answer.contains("Connection: close\r\n"));
    EXPECT_TRUE(answer.ends_with("done"));
  });
}

TEST_F(ListenerTest, CloseCutsWhatDoesNotEnd) {
  bool closed = false;
  with_client([&](RawClient& raw) {
    raw.write("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    loop_.post(
        [&] { loop_.call_at(loop_.now() + Millis(30), [&] { listener_->close([&] { closed = true; }); }); });
    EXPECT_EQ(raw.read_all(), "");
  });
  if (!closed) {
    loop_.post([&] { loop_.stop(); });
    loop_.run();
  }
  EXPECT_TRUE(closed);
}

TEST_F(ListenerTest, SaysWhenThePortIsTaken) {
  auto options = options_;
  options.port = listener().port();
  const auto second = Listener::create(loop_, handler_, options);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
}

TEST(SmtpSink, TakesAMailAndRefusesWhatIsOutOfOrder) {
  task::Loop loop;
  std::vector<ReceivedMail> mails;
  auto sink = SmtpSink::create(loop,
                               [&](ReceivedMail mail) {
                                 mails.push_back(std::move(mail));
                                 return SmtpReply{.code = 250, .text = "kept"};
                               },
                               {.message_bytes_max = 1000})
                  .value();
  std::jthread client([&, port = sink->port()] {
    RawClient raw(port);
    EXPECT_EQ(raw.read_until("\r\n"), "220 contactor ESMTP\r\n");
    const auto say = [&](std::string_view line) {
      raw.write(std::string(line) + "\r\n");
      return raw.read_until("\r\n");
    };
    EXPECT_TRUE(say("MAIL FROM:<a@x>").starts_with("503"));
    EXPECT_TRUE(say("EHLO me").starts_with("250-"));
    EXPECT_TRUE(raw.read_until("SIZE 1000\r\n").contains("8BITMIME"));
    EXPECT_TRUE(say("DATA").starts_with("503"));
    EXPECT_TRUE(say("mail from:<a@x> BODY=8BITMIME").starts_with("250"));
    EXPECT_TRUE(say("RCPT TO:<b@y>").starts_with("250"));
    EXPECT_TRUE(say("RCPT TO:<c@z>").starts_with("250"));
    EXPECT_TRUE(say("RCPT TO:nobody").starts_with("501"));
    EXPECT_TRUE(say("DATA").starts_with("354"));
    EXPECT_EQ(say("Subject: s\r\n\r\n..dot\r\n."), "250 kept\r\n");
    say("MAIL FROM:<>");
    say("RCPT TO:<b@y>");
    say("DATA");
    EXPECT_TRUE(say(std::string(2000, 'x') + "\r\n.").starts_with("552"));
    EXPECT_TRUE(say("QUIT").starts_with("221"));
    EXPECT_EQ(raw.read_all(), "");
    loop.stop();
  });
  loop.run();
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_EQ(mails[0].from, "a@x");
  EXPECT_EQ(mails[0].to, (std::vector<std::string>{"b@y", "c@z"}));
  EXPECT_EQ(mails[0].data, "Subject: s\r\n\r\n.dot\r\n");
}

}  // namespace
}  // namespace contactor::server
