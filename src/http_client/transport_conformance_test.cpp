// What both transports promise, each line of it against a server that misbehaves on purpose.
#include <poll.h>

#include <atomic>
#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "http_client/transport_fixture.h"

namespace contactor::http_client {
namespace {

class TransportConformance : public TransportFixture {};

TEST_P(TransportConformance, GivesStatusHeadersAndBody) {
  const auto answer = answer_to(std::string(ok));
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "hi");
  EXPECT_EQ(answer->header("x-name"), "Value");
}

TEST_P(TransportConformance, SendsTheRequestAsGiven) {
  std::string seen;
  ScriptedServer server([&](Peer& peer) {
    seen = peer.read_request();
    peer.write(ok);
  });
  ASSERT_TRUE(send(request_to(server)).has_value());
  EXPECT_TRUE(seen.starts_with("POST /vehicle/X?y=1 HTTP/1.1\r\n")) << seen;
  EXPECT_TRUE(seen.contains("Authorization: Bearer x\r\n"));
  EXPECT_TRUE(seen.contains("User-Agent: contactor/"));
  EXPECT_TRUE(seen.contains("Content-Length: 7\r\n"));
  EXPECT_TRUE(seen.ends_with("\r\n\r\n{\"a\":1}"));
  EXPECT_FALSE(seen.contains("Accept-Encoding"));
  EXPECT_FALSE(seen.contains("Expect"));
}

TEST_P(TransportConformance, UsesAConnectionAgain) {
  ScriptedServer server([&](Peer& peer) {
    while (!peer.read_request().empty()) peer.write(ok);
  });
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(send(request_to(server)).has_value());
  EXPECT_EQ(server.accepted(), 1);
}

TEST_P(TransportConformance, OpensAnewWhenTheServerHasClosed) {
  ScriptedServer server([&](Peer& peer) {
    if (!peer.read_request().empty())
      peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(send(request_to(server)).has_value());
  EXPECT_EQ(server.accepted(), 3);
}

TEST_P(TransportConformance, NeverRepeatsARequestOnADeadConnection) {
  for (const std::string method : {"POST", "GET", "DELETE"}) {
    std::atomic<int> requests = 0;
    ScriptedServer server([&](Peer& peer) {
      for (int i = 0; i < 2 && !peer.read_request().empty(); ++i) {
        ++requests;
        if (i == 0) peer.write(ok);
      }
    });
    auto request = request_to(server, method);
    if (method != "POST") request.body.clear();
    ASSERT_TRUE(send(request).has_value());
    expect(send(request), ErrorKind::unavailable, Applied::maybe);
    EXPECT_EQ(requests, 2) << method;
  }
}

TEST_P(TransportConformance, RefusedConnectionWasNotApplied) {
  const auto url = "http://127.0.0.1:" + std::to_string(closed_port()) + "/";
  expect(send({.url = url, .respond_by = loop_.now() + Millis(1000)}), ErrorKind::unavailable, Applied::no);
}

TEST_P(TransportConformance, UnknownHostWasNotApplied) {
  expect(send({.url = "http://no-such-host.invalid/", .respond_by = loop_.now() + Millis(1500)}),
         ErrorKind::unavailable, Applied::no);
}

TEST_P(TransportConformance, ResetAfterTheRequestMayBeApplied) {
  ScriptedServer server([&](Peer& peer) {
    peer.read_request();
    peer.reset_on_close();
  });
  expect(send(request_to(server)), ErrorKind::unavailable, Applied::maybe);
}

TEST_P(TransportConformance, CloseWithoutAnAnswerMayBeApplied) {
  expect(answer_to(""), ErrorKind::unavailable, Applied::maybe);
}

TEST_P(TransportConformance, SilenceEndsAtTheDeadline) {
  ScriptedServer server([](Peer& peer) { peer.wait_for_end(); });
  const auto start = std::chrono::steady_clock::now();
  expect(send(short_request_to(server)), ErrorKind::timed_out, Applied::maybe);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(took, Millis(190));
  EXPECT_LT(took, Millis(1000));
}

TEST_P(TransportConformance, SlowAnswerEndsAtTheDeadline) {
  ScriptedServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    // A peer that is slow is what is tested here.
    while (peer.write("x")) ::poll(nullptr, 0, 20);
  });
  expect(send(short_request_to(server)), ErrorKind::timed_out, Applied::maybe);
}

TEST_P(TransportConformance, PastDeadlineIsNotSent) {
  ScriptedServer server([](Peer& peer) { peer.wait_for_end(); });
  auto request = request_to(server);
  request.respond_by = loop_.now() - Millis(1);
  expect(send(request), ErrorKind::timed_out, Applied::no);
  EXPECT_EQ(server.accepted(), 0);
}

TEST_P(TransportConformance, RefusesBrokenAnswers) {
  const std::string big_line(20'000, 'a');
  for (const std::string& bytes : {
           std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"),
           std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"),
           std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"),
           std::string("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
           std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi"),
           std::string("<html>you are not online</html>\r\n\r\n"),
           "HTTP/1.1 200 OK\r\nX: " + big_line + "\r\n\r\n",
       })
    expect(answer_to(bytes), ErrorKind::protocol, Applied::maybe);
}

struct TypicalAnswer {
  std::string bytes;
  std::size_t whole_at;  ///< how many bytes must have come before the body can be known to be whole
};

/// What the IoT API says, with a length and in chunks.
std::vector<TypicalAnswer> typical_answers() {
  const std::string body = R"({"commandId":"cmd_0000000000001_1","status":"applied","confirmed":true})";
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
  const std::string counted = fmt::format("{}Content-Length: {}\r\n\r\n{}", head, body.size(), body);
  const std::string chunked =
      fmt::format("{}Transfer-Encoding: chunked\r\n\r\n10\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n", head,
                  body.substr(0, 16), body.size() - 16, body.substr(16));
  // Without its last line feed the chunked one is whole to libcurl: nothing of the body can be missing then.
  return {{counted, counted.size()}, {chunked, chunked.size() - 1}};
}

TEST_P(TransportConformance, AnAnswerThatIsCutAnywhereIsNeverTakenForAWholeOne) {
  for (const auto& [whole, whole_at] : typical_answers()) {
    ASSERT_TRUE(answer_to(whole).has_value());
    std::atomic<std::size_t> kept = 0;
    ScriptedServer server([&, &bytes = whole](Peer& peer) {
      if (!peer.read_request().empty()) peer.write(std::string_view(bytes).substr(0, kept));
    });
    for (kept = 0; kept < whole_at; ++kept) {
      SCOPED_TRACE(kept);
      const auto answer = send(request_to(server));
      ASSERT_FALSE(answer.has_value());
      EXPECT_EQ(answer.error().applied, Applied::maybe);
      EXPECT_TRUE(answer.error().kind == ErrorKind::protocol ||
                  answer.error().kind == ErrorKind::unavailable);
    }
    EXPECT_EQ(server.accepted(), static_cast<int>(whole_at)) << "no request went out twice";
  }
}

TEST_P(TransportConformance, AnAnswerThatIsResetAnywhereIsNeverTakenForAWholeOne) {
  for (const auto& [whole, whole_at] : typical_answers()) {
    std::atomic<std::size_t> kept = 0;
    ScriptedServer server([&, &bytes = whole](Peer& peer) {
      if (peer.read_request().empty()) return;
      peer.write(std::string_view(bytes).substr(0, kept));
      peer.reset_on_close();
    });
    for (kept = 0; kept < whole_at; ++kept) {
      SCOPED_TRACE(kept);
      const auto answer = send(request_to(server));
      ASSERT_FALSE(answer.has_value());
      EXPECT_EQ(answer.error().applied, Applied::maybe);
    }
  }
}

TEST_P(TransportConformance, ReadsAnAnswerThatComesByteByByte) {
  for (const auto& [whole, whole_at] : typical_answers()) {
    ScriptedServer server([&bytes = whole](Peer& peer) {
      peer.read_request();
      for (const char byte : bytes) {
        peer.write(std::string_view(&byte, 1));
        ::poll(nullptr, 0, 1);  // or the kernel would put them together again
      }
      peer.wait_for_end();
    });
    const auto answer = send(request_to(server));
    ASSERT_TRUE(answer.has_value()) << answer.error().message();
    EXPECT_TRUE(answer->body.ends_with("\"confirmed\":true}")) << answer->body;
  }
}

TEST_P(TransportConformance, EndlessHeadersAreCutOff) {
  ScriptedServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\n");
    while (peer.write("X-Padding: and on and on and on and on\r\n")) {
    }
  });
  expect(send(request_to(server)), ErrorKind::protocol, Applied::maybe);
}

TEST_P(TransportConformance, EndlessBodyIsCutOff) {
  for (const std::string head :
       {"Transfer-Encoding: chunked\r\n\r\n", "\r\n", "Content-Length: 99999999\r\n\r\n"}) {
    ScriptedServer server([head](Peer& peer) {
      peer.read_request();
      peer.write("HTTP/1.1 200 OK\r\n" + head);
      const std::string chunk = "1000\r\n" + std::string(0x1000, 'x') + "\r\n";
      while (peer.write(chunk)) {
      }
    });
    expect(send(request_to(server)), ErrorKind::protocol, Applied::maybe);
  }
}

TEST_P(TransportConformance, DoesNotFollowRedirects) {
  ScriptedServer other([](Peer& peer) { peer.wait_for_end(); });
  const auto answer =
      answer_to("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" + std::to_string(other.port()) +
                "/\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(other.accepted(), 0);
}

TEST_P(TransportConformance, ReadsOverInterimAnswers) {
  const auto answer =
      answer_to("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + std::string(ok));
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->header("Link"), "");
}

TEST_P(TransportConformance, ReadsChunks) {
  const auto answer = answer_to(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-T: 1\r\n\r\n");
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  EXPECT_EQ(answer->body, "abcde");
}

TEST_P(TransportConformance, ReadsAnswersWithoutBodyAndWithoutLength) {
  const auto empty = answer_to("HTTP/1.1 204 No Content\r\n\r\n");
  ASSERT_TRUE(empty.has_value()) << empty.error().message();
  EXPECT_EQ(empty->status, 204);
  const auto until_end = answer_to("HTTP/1.1 503 Busy\r\n\r\nuntil the end");
  ASSERT_TRUE(until_end.has_value()) << until_end.error().message();
  EXPECT_EQ(until_end->status, 503);
  EXPECT_EQ(until_end->body, "until the end");
}

TEST_P(TransportConformance, RefusesWhatWouldBreakTheRequest) {
  ScriptedServer server([](Peer& peer) { peer.wait_for_end(); });
  auto split = request_to(server);
  split.headers.push_back({"X", "a\r\nY: b"});
  expect(send(split), ErrorKind::invalid, Applied::no);
  auto framing = request_to(server);
  framing.headers.push_back({"transfer-encoding", "chunked"});
  expect(send(framing), ErrorKind::invalid, Applied::no);
  for (const std::string url :
       {"ftp://127.0.0.1/", "http://", "http://a b/", "http://u:p@127.0.0.1/", "file:///etc/passwd"})
    expect(send({.url = url}), ErrorKind::invalid, Applied::no);
  EXPECT_EQ(server.accepted(), 0);
}

TEST_P(TransportConformance, RunsManyAtOnce) {
  ScriptedServer server([&](Peer& peer) {
    while (!peer.read_request().empty()) peer.write(ok);
  });
  int answered = 0;
  constexpr int many = 300;
  for (int i = 0; i < many; ++i)
    transport().send(request_to(server), [&](const Answer& answer) {
      EXPECT_TRUE(answer.has_value()) << answer.error().message();
      if (++answered == many) loop_.stop();
    });
  loop_.run();
  EXPECT_LE(server.accepted(), 64);
}

TEST_P(TransportConformance, CloseCancelsWhatIsUnderWay) {
  ScriptedServer server([&](Peer& peer) { peer.wait_for_end(); });
  std::optional<Answer> got;
  transport().send(request_to(server), [&](Answer answer) {
    got.emplace(std::move(answer));
    loop_.stop();
  });
  loop_.call_at(loop_.now() + Millis(50), [&] {
    if (auto* pool = dynamic_cast<BeastPool*>(transport_.get())) pool->close();
    if (auto* multi = dynamic_cast<CurlMulti*>(transport_.get())) multi->close();
  });
  loop_.run();
  expect(*got, ErrorKind::canceled, Applied::maybe);
}

INSTANTIATE_TEST_SUITE_P(Both, TransportConformance, testing::Values(Which::beast, Which::curl), name_of);

}  // namespace
}  // namespace contactor::http_client
