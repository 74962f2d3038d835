// What both transports make of a name server that fails, hangs, changes its mind or names a black hole.
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "http_client/scripted_names.h"
#include "http_client/transport_fixture.h"

namespace contactor::http_client {
namespace {

/// Takes no connection any more: whoever knocks hears nothing, as behind a route that leads nowhere.
class BlackHole {
 public:
  BlackHole(int family, std::uint16_t port) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_addr = in6addr_loopback;
    six.sin6_port = htons(port);
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 2);
    four.sin_port = htons(port);
    const bool is_six = family == AF_INET6;
    const auto* address = is_six ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
    const socklen_t size = is_six ? sizeof six : sizeof four;
    const int listener = hold(family);
    is_there_ = bind(listener, address, size) == 0 && listen(listener, 0) == 0;
    // The kernel keeps this many and answers no more.
    for (int i = 0; is_there_ && i < 3; ++i) static_cast<void>(connect(hold(family), address, size));
  }
  ~BlackHole() {
    for (const int fd : held_) close(fd);
  }
  BlackHole(BlackHole&&) = delete;
  [[nodiscard]] bool is_there() const { return is_there_; }

 private:
  int hold(int family) { return held_.emplace_back(socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0)); }
  bool is_there_ = false;
  std::vector<int> held_;
};

class NameConformance : public TransportFixture {
 protected:
  ports::HttpRequest named_request(std::uint16_t port, std::string scheme = "http") {
    return {.method = "POST",
            .url = scheme + "://upstream.test:" + std::to_string(port) + "/",
            .headers = {{"Authorization", "Bearer x"}},
            .body = "{}",
            .respond_by = loop_.now() + exchange_max_};
  }
  /// Answers with its name, and closes where the connection is not to be kept.
  static ScriptedServer::Script called(const std::string& name, bool keeps = true) {
    return [name, keeps](Peer& peer) {
      while (!peer.read_request().empty()) {
        peer.write("HTTP/1.1 200 OK\r\n" + std::string(keeps ? "" : "Connection: close\r\n") +
                   "Content-Length: " + std::to_string(name.size()) + "\r\n\r\n" + name);
        if (!keeps) return;
      }
    };
  }
  std::string who_answers(std::uint16_t port) {
    const auto answer = send(named_request(port));
    return answer ? answer->body : answer.error().message();
  }
};

TEST_P(NameConformance, NoSuchNameAndServfailWereNotAppliedAndPass) {
  for (const int error : {EAI_NONAME, EAI_AGAIN, EAI_FAIL}) {
    SCOPED_TRACE(gai_strerror(error));
    ScriptedServer server(called("here"));
    std::atomic<bool> fails = true;
    const ScriptedNames names([&](const std::string&) {
      return fails ? Lookup{.error = error} : Lookup{.addresses = {"127.0.0.1"}};
    });
    expect(send(named_request(server.port())), ErrorKind::unavailable, Applied::no);
    EXPECT_EQ(server.accepted(), 0);
    fails = false;
    EXPECT_EQ(who_answers(server.port()), "here") << "a failure is not remembered";
  }
}

TEST_P(NameConformance, AHangingNameServerEndsAtTheDeadlineWithNothingSent) {
  ScriptedServer server(called("here"));
  std::mutex mutex;
  std::condition_variable released;
  bool hangs = true;
  const ScriptedNames names([&](const std::string&) {
    std::unique_lock lock(mutex);
    released.wait(lock, [&] { return !hangs; });
    return Lookup{.addresses = {"127.0.0.1"}};
  });
  auto request = named_request(server.port());
  request.respond_by = loop_.now() + Millis(200);
  expect(send(std::move(request)), ErrorKind::timed_out, Applied::no);
  EXPECT_EQ(server.accepted(), 0);
  {
    const std::lock_guard lock(mutex);
    hangs = false;
  }
  released.notify_all();
  EXPECT_EQ(who_answers(server.port()), "here");
}

TEST_P(NameConformance, ANewConnectionGoesWhereTheNameLeadsNow) {
  auto first = std::make_unique<ScriptedServer>(called("first"));
  const auto port = first->port();
  const ScriptedServer second(called("second"), nullptr, {.address = "127.0.0.2", .port = port});
  std::atomic<bool> moved = false;
  const ScriptedNames names(
      [&](const std::string&) { return Lookup{.addresses = {moved ? "127.0.0.2" : "127.0.0.1"}}; });
  EXPECT_EQ(who_answers(port), "first");
  moved = true;
  first.reset();
  EXPECT_EQ(who_answers(port), "second");
}

TEST_P(NameConformance, AKeptConnectionDoesNotPinTheNameForEver) {
  age_max_ = Millis(1000);
  const ScriptedServer first(called("first"));
  const ScriptedServer second(called("second"), nullptr, {.address = "127.0.0.2", .port = first.port()});
  std::atomic<bool> moved = false;
  const ScriptedNames names(
      [&](const std::string&) { return Lookup{.addresses = {moved ? "127.0.0.2" : "127.0.0.1"}}; });
  EXPECT_EQ(who_answers(first.port()), "first");
  moved = true;
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::string answered = "first";
  while (answered == "first" && std::chrono::steady_clock::now() < patience)
    answered = who_answers(first.port());
  EXPECT_EQ(answered, "second") << "the first one never closed, and was never idle";
}

TEST_P(NameConformance, AnswersThatAreGoodForNoTimeAreAskedForEachConnection) {
  const ScriptedServer first(called("first", false));
  const ScriptedServer second(called("second", false), nullptr,
                              {.address = "127.0.0.2", .port = first.port()});
  const ScriptedNames names([](const std::string&) {
    return Lookup{.addresses = {ScriptedNames::asked() % 2 == 1 ? "127.0.0.1" : "127.0.0.2"}};
  });
  for (const auto* expected : {"first", "second", "first", "second"})
    EXPECT_EQ(who_answers(first.port()), expected);
  EXPECT_EQ(ScriptedNames::asked(), 4);
}

TEST_P(NameConformance, AnIpv6BlackHoleDoesNotKeepIpv4Away) {
  const ScriptedServer server(called("here"));
  const BlackHole hole(AF_INET6, server.port());
  if (!hole.is_there()) GTEST_SKIP() << "this machine has no IPv6 loopback";
  const ScriptedNames names([](const std::string&) { return Lookup{.addresses = {"::1", "127.0.0.1"}}; });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(who_answers(server.port()), "here");
  EXPECT_LT(std::chrono::steady_clock::now() - start, Millis(1000));
}

TEST_P(NameConformance, OneAddressThatIsSilentOrRefusesDoesNotKeepTheNextAway) {
  exchange_max_ = Millis(4000);  // libcurl gives the first of a family half of the time for the connection
  const ScriptedServer server(called("here"));
  const BlackHole hole(AF_INET, server.port());
  ASSERT_TRUE(hole.is_there());
  for (const auto* bad : {"127.0.0.3", "127.0.0.4"}) {
    const ScriptedNames names([bad](const std::string&) { return Lookup{.addresses = {bad, "127.0.0.1"}}; });
    transport_.reset();
    EXPECT_EQ(who_answers(server.port()), "here") << bad;
  }
}

TEST_P(NameConformance, AddressesThatAreAllBadWereNotApplied) {
  const ScriptedServer server(called("here"));
  const BlackHole hole(AF_INET, server.port());
  ASSERT_TRUE(hole.is_there());
  const ScriptedNames refused(
      [](const std::string&) { return Lookup{.addresses = {"127.0.0.4", "127.0.0.5"}}; });
  expect(send(named_request(server.port())), ErrorKind::unavailable, Applied::no);
  const ScriptedNames silent([](const std::string&) { return Lookup{.addresses = {"127.0.0.3"}}; });
  auto request = named_request(server.port());
  request.respond_by = loop_.now() + Millis(400);
  expect(send(std::move(request)), ErrorKind::timed_out, Applied::no);
}

TEST_P(NameConformance, ANameThatIsReboundGetsNoRequestWithoutItsCertificate) {
  const TestAuthority authority;
  const TemporaryFile ca(authority.certificate_pem());
  tls_.ca_file = ca.path();
  const auto own = authority.issue({.name = "DNS:upstream.test"});
  const auto foreign = authority.issue({.name = "DNS:printer.test"});
  std::atomic<int> taken = 0;
  const ScriptedServer rightful(called("rightful", false), &own);
  const ScriptedServer inside(
      [&](Peer& peer) {
        if (!peer.read_request().empty()) ++taken;
      },
      &foreign, {.address = "127.0.0.2", .port = rightful.port()});
  std::atomic<bool> rebound = false;
  const ScriptedNames names(
      [&](const std::string&) { return Lookup{.addresses = {rebound ? "127.0.0.2" : "127.0.0.1"}}; });
  const auto before = send(named_request(rightful.port(), "https"));
  ASSERT_TRUE(before.has_value()) << before.error().message();
  rebound = true;
  expect(send(named_request(rightful.port(), "https")), ErrorKind::unavailable, Applied::no);
  EXPECT_EQ(inside.accepted(), 1);
  EXPECT_EQ(taken, 0);
}

TEST_P(NameConformance, AConfiguredUpstreamMayBePrivate) {
  const ScriptedServer server(called("inside"));
  const ScriptedNames names([](const std::string&) { return Lookup{.addresses = {"127.0.0.1"}}; });
  EXPECT_EQ(who_answers(server.port()), "inside");
}

INSTANTIATE_TEST_SUITE_P(Both, NameConformance, testing::Values(Which::beast, Which::curl), name_of);

}  // namespace
}  // namespace contactor::http_client
