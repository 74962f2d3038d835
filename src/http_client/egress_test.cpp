// What CurlMulti connects to where the address is a stranger's choice.
#include <atomic>

#include "http_client/scripted_names.h"
#include "http_client/transport_fixture.h"

namespace contactor::http_client {
namespace {

class Egress : public testing::Test {
 protected:
  void allow(const char* network) {
    options_.egress = ports::EgressPolicy{.also = {ports::Network::parse(network).value()}, .own = {}};
  }
  Answer send(std::string url) {
    if (!transport_) transport_ = CurlMulti::create(loop_, options_).value();
    std::optional<Answer> got;
    transport_->send(
        {.method = "POST", .url = std::move(url), .body = "{}", .respond_by = loop_.now() + Millis(1500)},
        [&](Answer answer) {
          got.emplace(std::move(answer));
          loop_.stop();
        });
    loop_.run();
    return std::move(*got);
  }
  static void expect_refused(const Answer& answer, std::string_view why) {
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, ErrorKind::unauthorized) << answer.error().message();
    EXPECT_EQ(answer.error().applied, Applied::no);
    EXPECT_NE(answer.error().detail.find(why), std::string::npos) << answer.error().detail;
  }
  static void play_ok(Peer& peer) {
    while (!peer.read_request().empty()) peer.write(ok);
  }
  static std::string at(const ScriptedServer& server, const std::string& host = "127.0.0.1") {
    return "http://" + host + ":" + std::to_string(server.port()) + "/";
  }

  task::Loop loop_;
  CurlMulti::Options options_{.egress = ports::EgressPolicy()};
  std::unique_ptr<CurlMulti> transport_;
};

TEST_F(Egress, NoSocketIsOpenedToAPrivateAddress) {
  ScriptedServer server(play_ok);
  expect_refused(send(at(server)), "loopback");
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(Egress, AllowedNetworksAreReached) {
  ScriptedServer server(play_ok);
  allow("127.0.0.0/8");
  EXPECT_TRUE(send(at(server)).has_value());
}

TEST_F(Egress, WhatANameLeadsToIsJudgedNotTheName) {
  ScriptedServer server(play_ok);
  const ScriptedNames names([](const std::string&) { return Lookup{.addresses = {"127.0.0.1"}}; });
  allow("10.0.0.0/8");
  expect_refused(send(at(server, "harmless.test")), "127.0.0.1");
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(Egress, ANameThatTurnsInwardsIsRefusedTheNextTime) {
  ScriptedServer first([](Peer& peer) {
    if (!peer.read_request().empty())
      peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  std::atomic<bool> turned = false;
  const ScriptedNames names(
      [&](const std::string&) { return Lookup{.addresses = {turned ? "127.0.0.9" : "127.0.0.1"}}; });
  allow("127.0.0.1/32");
  EXPECT_TRUE(send(at(first, "turning.test")).has_value());
  turned = true;
  expect_refused(send(at(first, "turning.test")), "127.0.0.9");
}

TEST_F(Egress, OfSeveralAddressesTheForbiddenOnesAreLeftOut) {
  ScriptedServer server(play_ok);
  const ScriptedNames names(
      [](const std::string&) { return Lookup{.addresses = {"127.0.0.9", "127.0.0.1"}}; });
  allow("127.0.0.1/32");
  EXPECT_TRUE(send(at(server, "both.test")).has_value());
}

TEST_F(Egress, OddSpellingsOfAnAddressLeadNowhereElse) {
  ScriptedServer server(play_ok);
  allow("10.0.0.0/8");
  for (const char* host : {"2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "localhost"}) {
    SCOPED_TRACE(host);
    EXPECT_FALSE(send(at(server, host)).has_value());
  }
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(Egress, ARedirectIsAnAnswerAndNotFollowed) {
  ScriptedServer inside(play_ok);
  ScriptedServer server([&](Peer& peer) {
    if (!peer.read_request().empty())
      peer.write("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + at(inside) + "\r\n\r\n");
  });
  allow("127.0.0.0/8");
  const auto answer = send(at(server));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(inside.accepted(), 0);
}

TEST_F(Egress, ALongBodyIsCutAndItsStatusCounts) {
  ScriptedServer server([](Peer& peer) {
    if (peer.read_request().empty()) return;
    if (!peer.write("HTTP/1.1 201 Created\r\nContent-Length: 100000000\r\n\r\n")) return;
    while (peer.write(std::string(10'000, 'x'))) {
    }
  });
  allow("127.0.0.0/8");
  options_.body_bytes_max = 1'000;
  options_.cuts_bodies = true;
  const auto answer = send(at(server));
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body.size(), 1'000U);
}

}  // namespace
}  // namespace contactor::http_client
