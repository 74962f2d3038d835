#include <gtest/gtest.h>
#include <netdb.h>
#include <poll.h>

#include <atomic>
#include <thread>

#include "http_client/scripted_names.h"
#include "http_client/transport_fixture.h"
#include "taken.h"

// Faults of the wire as the real transport of the IoT path meets them, and what becomes of the activation:
// the error that the engine sees is not written down here, it is what the transport made of a server's bytes.

namespace contactor::upstream {
namespace {

using namespace std::chrono_literals;
using http_client::Peer;
using http_client::ScriptedNames;
using http_client::ScriptedServer;
using http_client::ServerIdentity;
using http_client::TemporaryFile;
using http_client::TestAuthority;
using Answer = Result<ports::HttpResponse>;

struct Call {
  std::string url;
  http_client::TlsFiles tls = {};
  Millis patience{1'500};
};

/// One request over the transport of the IoT path.
Answer over_the_wire(const Call& call) {
  task::Loop loop;
  auto pool = http_client::BeastPool::create(loop, {.tls = call.tls}).value();
  std::optional<Answer> got;
  pool->send({.method = "POST", .url = call.url, .body = "{}", .respond_by = loop.now() + call.patience},
             [&](Answer answer) {
               got.emplace(std::move(answer));
               loop.stop();
             });
  loop.run();
  return std::move(*got);
}

std::string url_of(const ScriptedServer& server, const std::string& scheme = "http",
                   const std::string& host = "127.0.0.1") {
  return scheme + "://" + host + ":" + std::to_string(server.port()) + "/vehicle/X/configure";
}

Answer answered_with(ScriptedServer::Script script, Millis patience = 1'500ms) {
  const ScriptedServer server(std::move(script));
  return over_the_wire({.url = url_of(server), .patience = patience});
}

Answer answered_by(const std::string& bytes) {
  return answered_with([bytes](Peer& peer) {
    if (!peer.read_request().empty()) peer.write(bytes);
  });
}

Answer endless(const std::string& head, const std::string& again) {
  return answered_with([&](Peer& peer) {
    peer.read_request();
    peer.write(head);
    while (peer.write(again)) {
    }
  });
}

constexpr auto head_only = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
constexpr auto in_chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

Answer refused() {
  return over_the_wire(
      {.url = "http://127.0.0.1:" + std::to_string(http_client::closed_port()) + "/vehicle/X/configure"});
}

Answer stalled_handshake() {
  const ScriptedServer server([](Peer& peer) { peer.wait_for_end(); });
  return over_the_wire({.url = url_of(server, "https"), .patience = 200ms});
}

Answer hanging_name_server() {
  std::atomic<bool> over = false;
  const ScriptedNames names([&](const std::string&) {
    over.wait(false);
    return http_client::Lookup{.error = EAI_AGAIN};
  });
  task::Loop watchdog;
  // The loop of the call joins its resolver's thread: the name server answers once the request has ended.
  std::thread release([&] {
    watchdog.call_at(watchdog.now() + 600ms, [&] { watchdog.stop(); });
    watchdog.run();
    over = true;
    over.notify_all();
  });
  auto answer = over_the_wire({.url = "http://iot.test/vehicle/X/configure", .patience = 200ms});
  release.join();
  return answer;
}

Answer reset_after_the_request() {
  return answered_with([](Peer& peer) {
    peer.read_request();
    peer.reset_on_close();
  });
}

Answer one_byte_at_a_time() {
  return answered_with(
      [](Peer& peer) {
        peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while (peer.write("x")) ::poll(nullptr, 0, 20);
      },
      200ms);
}

Answer insists_on_renegotiation() {
  const TestAuthority authority;
  const TemporaryFile ca(authority.certificate_pem());
  auto identity = authority.issue();
  identity.speaks_tls_12_only = true;
  const ScriptedServer server(
      [](Peer& peer) {
        peer.read_request();
        peer.ask_for_renegotiation();
        peer.wait_for_end();
      },
      &identity);
  return over_the_wire({.url = url_of(server, "https"), .tls = {.ca_file = ca.path()}, .patience = 300ms});
}

struct WireFault {
  std::string_view name;
  std::function<Answer()> happens;
  Taken taken;
};

std::vector<WireFault> wire_faults() {
  const auto bytes = [](std::string text) { return [text = std::move(text)] { return answered_by(text); }; };
  return {
      {"F41RefusedOnTheWire", refused, Taken::refused_for_now},
      {"F41HandshakeStalls", stalled_handshake, Taken::refused_for_now},
      {"F41NameServerHangs", hanging_name_server, Taken::refused_for_now},
      {"F41ResetOnTheWire", reset_after_the_request, Taken::unclear},
      {"F41ClosedWithoutAnAnswer", bytes(""), Taken::unclear},
      {"F41CutInTheHead", bytes(head_only), Taken::unclear},
      {"F41CutInTheBody", bytes(std::string(head_only) + "Content-Length: 60\r\n\r\n{\"commandId\":"),
       Taken::unclear},
      {"F41CutInAChunk", bytes(std::string(in_chunks) + "20\r\n{\"commandId\""), Taken::unclear},
      {"F41BrokenChunks", bytes(std::string(in_chunks) + "zz\r\nhello\r\n0\r\n\r\n"), Taken::unclear},
      {"F41TwoLengths", bytes(std::string(head_only) + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
       Taken::unclear},
      {"F41EndlessHead", [] { return endless("HTTP/1.1 200 OK\r\n", "X-And: on and on\r\n"); },
       Taken::unclear},
      {"F41EndlessBody", [] { return endless(in_chunks, "1000\r\n" + std::string(0x1000, 'x') + "\r\n"); },
       Taken::unclear},
      {"F41OneByteAtATime", one_byte_at_a_time, Taken::unclear},
      {"F47InsistsOnRenegotiation", insists_on_renegotiation, Taken::unclear},
  };
}

class UpstreamWire : public testing::TestWithParam<WireFault> {};

TEST_P(UpstreamWire, EndsAsRuledWhetherTheCarObeyedOrNot) {
  const Answer answer = GetParam().happens();
  ASSERT_FALSE(answer.has_value());
  const bool may_have_arrived = GetParam().taken == Taken::unclear;
  ASSERT_EQ(answer.error().applied, may_have_arrived ? Applied::maybe : Applied::no)
      << answer.error().message();
  const Millis after = answer.error().kind == ErrorKind::timed_out ? Millis(10s) : Millis(5);
  expect_taken_once({.answer = answer, .after = after}, GetParam().taken);
  expect_taken_for_ever({.answer = answer, .after = after}, GetParam().taken);
  if (may_have_arrived)
    expect_taken_once({.answer = answer, .arrives = true, .after = after}, Taken::unclear);
}

INSTANTIATE_TEST_SUITE_P(All, UpstreamWire, testing::ValuesIn(wire_faults()),
                         [](const auto& test) { return std::string(test.param.name); });

// -- upstreams that cannot be reached or trusted: no byte of a request is acted on --------------------------

Answer tls_peer(const ServerIdentity& identity, const http_client::TlsFiles& files) {
  const ScriptedServer server(
      [](Peer& peer) {
        if (!peer.read_request().empty()) peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      },
      &identity);
  return over_the_wire({.url = url_of(server, "https"), .tls = files});
}

/// A peer of an authority that is trusted, all else as given.
Answer trusted_peer(const http_client::CertificateParams& params, bool old_tls = false) {
  const TestAuthority authority;
  const TemporaryFile ca(authority.certificate_pem());
  auto identity = authority.issue(params);
  identity.speaks_old_tls_only = old_tls;
  return tls_peer(identity, {.ca_file = ca.path()});
}

Answer revoked_peer() {
  const TestAuthority authority;
  const TemporaryFile ca(authority.certificate_pem());
  const TemporaryFile crl(authority.revoke({7}));
  return tls_peer(authority.issue({.serial = 7}), {.ca_file = ca.path(), .crl_file = crl.path()});
}

Answer peer_that_wants_another_client(bool shows_one) {
  const TestAuthority authority;
  const TestAuthority other("another authority");
  const TemporaryFile ca(authority.certificate_pem());
  auto identity = authority.issue();
  identity.asks_for_clients_of = other.certificate_pem();
  const auto client = authority.issue({.name = "DNS:contactor"});
  const TemporaryFile certificate(client.certificate_pem);
  const TemporaryFile key(client.key_pem);
  http_client::TlsFiles files{.ca_file = ca.path()};
  if (shows_one) {
    files.client_certificate_file = certificate.path();
    files.client_key_file = key.path();
  }
  return tls_peer(identity, files);
}

Answer looked_up(const http_client::Lookup& lookup) {
  const ScriptedNames names([lookup](const std::string&) { return lookup; });
  return over_the_wire(
      {.url = "http://iot.test:" + std::to_string(http_client::closed_port()) + "/vehicle/X/configure"});
}

struct Unreachable {
  std::string_view name;
  std::function<Answer()> happens;
};

class UpstreamUnreachable : public testing::TestWithParam<Unreachable> {};

TEST_P(UpstreamUnreachable, OpensAnIncidentWithoutAFloodAndDeliversAfterwards) {
  const Answer answer = GetParam().happens();
  ASSERT_FALSE(answer.has_value());
  ASSERT_EQ(answer.error().applied, Applied::no) << answer.error().message();
  ASSERT_EQ(answer.error().kind, ErrorKind::unavailable) << answer.error().message();
  Rig rig;
  rig.spoil_all("/iot", {.answer = answer});
  std::vector<ActivationId> ids;
  for (int i = 0; i < 60; ++i)
    ids.push_back(rig.order(engine::testing::another_order("o-" + std::to_string(i), "seat-heating",
                                                           fmt::format("WVWZZZ1JZXW0{:05}", 100 + i))));
  rig.pass(10min);
  EXPECT_TRUE(rig.disk.tickets.empty());
  EXPECT_EQ(rig.money(world::MoneyEffectKind::captured) + rig.money(world::MoneyEffectKind::voided), 0U);
  ASSERT_EQ(rig.disk.incidents.size(), 1U);
  EXPECT_LE(rig.requests("/iot"), 400U) << "no retry storm";
  EXPECT_TRUE(rig.world.logs().arrivals.empty());
  rig.calm_down();
  rig.pass(1h);
  for (const ActivationId id : ids) {
    EXPECT_EQ(rig.at(id).state, ota::State::Active);
    EXPECT_EQ(rig.at(id).money_state, ota::MoneyState::captured);
  }
  EXPECT_EQ(rig.world.logs().arrivals.size(), ids.size()) << "each car got one command";
  EXPECT_EQ(rig.money(world::MoneyEffectKind::captured), ids.size());
  EXPECT_TRUE(rig.disk.incidents.front().ended_at);
}

INSTANTIATE_TEST_SUITE_P(
    All, UpstreamUnreachable,
    testing::Values(
        Unreachable{"F47SelfSigned",
                    [] { return tls_peer(http_client::make_identity("127.0.0.1", true), {}); }},
        Unreachable{"F47WrongHost", [] { return trusted_peer({.name = "DNS:elsewhere.test"}); }},
        Unreachable{"F47Expired", [] { return trusted_peer({.validity = {.from = -7200, .until = -3600}}); }},
        Unreachable{"F47Sha1", [] { return trusted_peer({.digest = http_client::SignedWith::sha1}); }},
        Unreachable{"F47OldProtocol", [] { return trusted_peer({}, true); }},
        Unreachable{"F47Revoked", revoked_peer},
        Unreachable{"F47ClientCertificateMissing", [] { return peer_that_wants_another_client(false); }},
        Unreachable{"F47ClientCertificateRejected", [] { return peer_that_wants_another_client(true); }},
        Unreachable{"F51NoSuchName", [] { return looked_up({.error = EAI_NONAME}); }},
        Unreachable{"F51Servfail", [] { return looked_up({.error = EAI_AGAIN}); }},
        Unreachable{"F51EveryAddressRefuses",
                    [] { return looked_up({.addresses = {"127.0.0.4", "127.0.0.5"}}); }}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace contactor::upstream
