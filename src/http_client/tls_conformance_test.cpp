// What both transports ask of a TLS connection, each line of it against a server that fails in it.
#include "http_client/transport_fixture.h"

namespace contactor::http_client {
namespace {

class TlsConformance : public TransportFixture {
 protected:
  Answer send_to(const ServerIdentity& identity, const std::string& host) {
    ScriptedServer server(
        [this](Peer& peer) {
          while (!peer.read_request().empty()) {
            ++requests_;
            peer.write(ok);
          }
        },
        &identity);
    return send(tls_request_to(server, host));
  }
  Answer send_to(const ServerIdentity& identity) { return send_to(identity, "127.0.0.1"); }
  ports::HttpRequest tls_request_to(const ScriptedServer& server, const std::string& host = "127.0.0.1") {
    auto request = request_to(server);
    request.url = "https://" + host + ":" + std::to_string(server.port()) + "/";
    return request;
  }
  /// No request was read by a server: applied = no is the truth.
  void expect_refused(const Answer& answer) {
    expect(answer, ErrorKind::unavailable, Applied::no);
    EXPECT_EQ(requests_, 0);
  }
  /// The transport reads its files when it is made.
  void make_anew() { transport_.reset(); }

  std::atomic<int> requests_ = 0;
};

TEST_P(TlsConformance, RefusesSelfSignedCertificates) {
  expect(send_to(make_identity("127.0.0.1", true), "127.0.0.1"), ErrorKind::unavailable, Applied::no);
}

TEST_P(TlsConformance, AcceptsCertificatesOfItsCaFile) {
  const auto identity = make_identity("127.0.0.1", true);
  const TemporaryFile file(identity.certificate_pem);
  tls_.ca_file = file.path();
  const auto answer = send_to(identity, "127.0.0.1");
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  EXPECT_EQ(answer->body, "hi");
}

TEST_P(TlsConformance, ChecksTheHostName) {
  const auto identity = make_identity("localhost", false);
  const TemporaryFile file(identity.certificate_pem);
  tls_.ca_file = file.path();
  const auto right = send_to(identity, "localhost");
  EXPECT_TRUE(right.has_value()) << right.error().message();
  expect(send_to(identity, "127.0.0.1"), ErrorKind::unavailable, Applied::no);
}

TEST_P(TlsConformance, RefusesExpiredAndNotYetValidCertificates) {
  for (const Validity validity :
       {Validity{.from = -7200, .until = -3600}, Validity{.from = 3600, .until = 7200}}) {
    const auto identity = make_identity("127.0.0.1", true, validity);
    const TemporaryFile file(identity.certificate_pem);
    tls_.ca_file = file.path();
    expect(send_to(identity, "127.0.0.1"), ErrorKind::unavailable, Applied::no);
  }
}

TEST_P(TlsConformance, RefusesProtocolsOfLongAgo) {
  auto identity = make_identity("127.0.0.1", true);
  const TemporaryFile file(identity.certificate_pem);
  tls_.ca_file = file.path();
  identity.speaks_old_tls_only = true;
  expect(send_to(identity, "127.0.0.1"), ErrorKind::unavailable, Applied::no);
}

TEST_P(TlsConformance, RefusesWeakKeys) {
  const auto identity = make_identity("127.0.0.1", true, {}, KeyStrength::rsa_1024);
  const TemporaryFile file(identity.certificate_pem);
  tls_.ca_file = file.path();
  expect(send_to(identity, "127.0.0.1"), ErrorKind::unavailable, Applied::no);
}

TEST_P(TlsConformance, StalledHandshakeEndsAtTheDeadlineWithNothingSent) {
  ScriptedServer server([](Peer& peer) { peer.wait_for_end(); });
  auto request = short_request_to(server);
  request.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
  expect(send(std::move(request)), ErrorKind::timed_out, Applied::no);
}

TEST_P(TlsConformance, RefusesSha1Signatures) {
  const TestAuthority authority;
  const TemporaryFile file(authority.certificate_pem());
  tls_.ca_file = file.path();
  expect_refused(send_to(authority.issue({.digest = SignedWith::sha1})));
  const auto sound = send_to(authority.issue());
  EXPECT_TRUE(sound.has_value()) << sound.error().message();
}

TEST_P(TlsConformance, RefusesRevokedCertificates) {
  const TestAuthority authority;
  const TemporaryFile ca(authority.certificate_pem());
  const TemporaryFile crl(authority.revoke({7}));
  tls_ = {.ca_file = ca.path(), .crl_file = crl.path()};
  expect_refused(send_to(authority.issue({.serial = 7})));
  const auto good = send_to(authority.issue({.serial = 8}));
  EXPECT_TRUE(good.has_value()) << good.error().message();
}

TEST_P(TlsConformance, AListOutOfDateRefusesItsWholeIssuer) {
  const TestAuthority authority;
  const TemporaryFile ca(authority.certificate_pem());
  const TemporaryFile crl(authority.revoke({}, {.from = -7200, .until = -3600}));
  tls_ = {.ca_file = ca.path(), .crl_file = crl.path()};
  expect_refused(send_to(authority.issue()));
}

TEST_P(TlsConformance, AListThatAnotherSignedRefusesItsWholeIssuer) {
  const TestAuthority authority;
  const TestAuthority impostor;  // of the same name
  const TemporaryFile ca(authority.certificate_pem());
  const TemporaryFile crl(impostor.revoke({}));
  tls_ = {.ca_file = ca.path(), .crl_file = crl.path()};
  expect_refused(send_to(authority.issue()));
}

TEST_P(TlsConformance, AnIssuerWithoutAListIsNotAskedAbout) {
  const TestAuthority listed("listed");
  const TestAuthority other("other");
  const TemporaryFile ca(other.certificate_pem());
  const TemporaryFile crl(listed.revoke({2}));
  tls_ = {.ca_file = ca.path(), .crl_file = crl.path()};
  const auto answer = send_to(other.issue({.serial = 2}));
  EXPECT_TRUE(answer.has_value()) << answer.error().message();
}

TEST_P(TlsConformance, AListThatChangesCountsFromTheNextConnection) {
  const TestAuthority authority;
  const TemporaryFile ca(authority.certificate_pem());
  const TemporaryFile crl(authority.revoke({}));
  tls_ = {.ca_file = ca.path(), .crl_file = crl.path()};
  const auto identity = authority.issue({.serial = 7});
  ASSERT_TRUE(send_to(identity).has_value());
  requests_ = 0;
  crl.write(authority.revoke({7}));
  expect_refused(send_to(identity));
  crl.write("a list that was cut while it was copied");
  expect_refused(send_to(identity));
  crl.write(authority.revoke({}));
  const auto again = send_to(identity);
  EXPECT_TRUE(again.has_value()) << again.error().message();
}

TEST_P(TlsConformance, DoesNotRenegotiate) {
  auto identity = make_identity("127.0.0.1", true);
  const TemporaryFile file(identity.certificate_pem);
  tls_.ca_file = file.path();
  identity.speaks_tls_12_only = true;
  ScriptedServer server(
      [](Peer& peer) {
        peer.read_request();
        peer.ask_for_renegotiation();
        peer.write(ok);
        peer.wait_for_end();
      },
      &identity);
  const auto answer = send(tls_request_to(server));
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  make_anew();
  EXPECT_EQ(server.client_hellos(), 1);
}

TEST_P(TlsConformance, AServerThatInsistsOnRenegotiationEndsAtTheDeadline) {
  auto identity = make_identity("127.0.0.1", true);
  const TemporaryFile file(identity.certificate_pem);
  tls_.ca_file = file.path();
  identity.speaks_tls_12_only = true;
  ScriptedServer server(
      [](Peer& peer) {
        peer.read_request();
        peer.ask_for_renegotiation();
        peer.wait_for_end();
      },
      &identity);
  auto request = tls_request_to(server);
  request.respond_by = loop_.now() + Millis(300);
  const auto answer = send(std::move(request));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().applied, Applied::maybe) << answer.error().message();
  EXPECT_EQ(server.client_hellos(), 1);
}

class TlsClientCertificate : public TlsConformance {
 protected:
  TlsClientCertificate() { tls_.ca_file = ca_.path(); }
  /// A server that lets only clients of that authority in.
  ServerIdentity server_for(const TestAuthority& clients_of, bool tls_12) const {
    auto identity = authority_.issue();
    identity.asks_for_clients_of = clients_of.certificate_pem();
    identity.speaks_tls_12_only = tls_12;
    return identity;
  }
  void show(const ServerIdentity& client) {
    certificate_.emplace(client.certificate_pem);
    key_.emplace(client.key_pem);
    tls_.client_certificate_file = certificate_->path();
    tls_.client_key_file = key_->path();
    make_anew();
  }
  TestAuthority authority_;
  TemporaryFile ca_{authority_.certificate_pem()};
  std::optional<TemporaryFile> certificate_;
  std::optional<TemporaryFile> key_;
};

TEST_P(TlsClientCertificate, IsShownToAServerThatAsks) {
  show(authority_.issue({.name = "DNS:contactor"}));
  for (const bool tls_12 : {false, true}) {
    const auto answer = send_to(server_for(authority_, tls_12));
    EXPECT_TRUE(answer.has_value()) << answer.error().message();
  }
}

TEST_P(TlsClientCertificate, AskedForAndNotThereWasNotApplied) {
  for (const bool tls_12 : {false, true}) expect_refused(send_to(server_for(authority_, tls_12)));
}

TEST_P(TlsClientCertificate, RejectedByTheServerWasNotApplied) {
  show(authority_.issue({.name = "DNS:contactor"}));
  const TestAuthority others("authority of others");
  for (const bool tls_12 : {false, true}) {
    const auto answer = send_to(server_for(others, tls_12));
    expect_refused(answer);
    const auto& why = answer.error().detail;
    EXPECT_TRUE(why.contains("alert") || why.contains("before the request was written")) << why;
  }
}

TEST_P(TlsClientCertificate, ThatExpiresWhileRunningWasNotApplied) {
  show(authority_.issue({.name = "DNS:contactor", .validity = {.from = -60, .until = 1}}));
  static_cast<void>(transport());  // made while it was good
  const Instant expired = loop_.now() + Millis(2000);
  while (loop_.now() < expired) {
    loop_.call_at(loop_.now() + Millis(50), [this] { loop_.stop(); });
    loop_.run();
  }
  for (const bool tls_12 : {false, true}) expect_refused(send_to(server_for(authority_, tls_12)));
}

class TlsFilesCheck : public TlsConformance {
 protected:
  void expect_named(const std::string& path) {
    Status made;
    if (GetParam() == Which::beast) {
      if (auto pool = BeastPool::create(loop_, {.tls = tls_}); !pool) made = fail(pool.error());
    } else {
      if (auto multi = CurlMulti::create(loop_, {.tls = tls_}); !multi) made = fail(multi.error());
    }
    ASSERT_FALSE(made.has_value()) << path;
    EXPECT_EQ(made.error().kind, ErrorKind::invalid);
    EXPECT_TRUE(made.error().detail.contains(path)) << made.error().detail;
  }
};

TEST_P(TlsFilesCheck, EveryFileThatIsWrongIsNamedAtTheStart) {
  const TestAuthority authority;
  const TemporaryFile garbage("not a PEM file");
  const auto client = authority.issue();
  const auto late = authority.issue({.validity = {.from = -7200, .until = -3600}});
  const auto early = authority.issue({.validity = {.from = 3600, .until = 7200}});
  const TemporaryFile certificate(client.certificate_pem), key(client.key_pem);
  const TemporaryFile expired(late.certificate_pem), expired_key(late.key_pem);
  const TemporaryFile unripe(early.certificate_pem), unripe_key(early.key_pem);
  for (const std::string& path : {std::string("/no/such/file"), garbage.path()}) {
    tls_ = {.ca_file = path};
    expect_named(path);
    tls_ = {.crl_file = path};
    expect_named(path);
    tls_ = {.client_certificate_file = path, .client_key_file = key.path()};
    expect_named(path);
    tls_ = {.client_certificate_file = certificate.path(), .client_key_file = path};
    expect_named(path);
  }
  tls_ = {.client_certificate_file = certificate.path(), .client_key_file = expired_key.path()};
  expect_named(expired_key.path());
  tls_ = {.client_certificate_file = expired.path(), .client_key_file = expired_key.path()};
  expect_named(expired.path());
  tls_ = {.client_certificate_file = unripe.path(), .client_key_file = unripe_key.path()};
  expect_named(unripe.path());
  tls_ = {.client_certificate_file = certificate.path()};
  expect_named("");
}

const auto both = testing::Values(Which::beast, Which::curl);
INSTANTIATE_TEST_SUITE_P(Both, TlsConformance, both, name_of);
INSTANTIATE_TEST_SUITE_P(Both, TlsClientCertificate, both, name_of);
INSTANTIATE_TEST_SUITE_P(Both, TlsFilesCheck, both, name_of);

}  // namespace
}  // namespace contactor::http_client
