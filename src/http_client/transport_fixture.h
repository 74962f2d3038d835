#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "http_client/beast_pool.h"
#include "http_client/curl_multi.h"
#include "http_client/scripted_server.h"

namespace contactor::http_client {

using Answer = Result<ports::HttpResponse>;

enum class Which : std::uint8_t { beast, curl };

inline std::string name_of(const testing::TestParamInfo<Which>& info) {
  return info.param == Which::beast ? "Beast" : "Curl";
}

inline constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Name: Value\r\n\r\nhi";

/// A file of a test, gone with it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    std::string pattern = testing::TempDir() + "ctr-pem-XXXXXX";
    ::close(mkstemp(pattern.data()));
    path_ = pattern;
    write(text);
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(TemporaryFile&&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Another file under the same name, as a careful writer does it.
  void write(const std::string& text) const {
    const auto next = path_ + ".next";
    std::FILE* file = std::fopen(next.c_str(), "w");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(std::fwrite(text.data(), 1, text.size(), file), text.size());
    std::fclose(file);
    ASSERT_EQ(std::rename(next.c_str(), path_.c_str()), 0);
  }

 private:
  std::string path_;
};

/// One of the two transports on a loop of its own, and a request to a server of the test.
class TransportFixture : public testing::TestWithParam<Which> {
 protected:
  ports::HttpTransport& transport() {
    if (!transport_) {
      if (GetParam() == Which::beast) {
        transport_ =
            BeastPool::create(loop_, {.exchange_max = exchange_max_, .age_max = age_max_, .tls = tls_})
                .value();
      } else {
        transport_ =
            CurlMulti::create(loop_, {.exchange_max = exchange_max_, .age_max = age_max_, .tls = tls_})
                .value();
      }
    }
    return *transport_;
  }
  Answer send(ports::HttpRequest request) {
    std::optional<Answer> got;
    transport().send(std::move(request), [&](Answer answer) {
      got.emplace(std::move(answer));
      loop_.stop();
    });
    loop_.run();
    return std::move(*got);
  }
  ports::HttpRequest request_to(const ScriptedServer& server, std::string method = "POST") {
    return {.method = std::move(method),
            .url = "http://127.0.0.1:" + std::to_string(server.port()) + "/vehicle/X?y=1",
            .headers = {{"Authorization", "Bearer x"}, {"Content-Type", "application/json"}},
            .body = "{\"a\":1}",
            .respond_by = loop_.now() + Millis(1500)};
  }
  ports::HttpRequest short_request_to(const ScriptedServer& server) {
    auto request = request_to(server);
    request.respond_by = loop_.now() + Millis(200);
    return request;
  }
  /// The answer to one request when the server plays these bytes and then closes.
  Answer answer_to(std::string bytes) {
    ScriptedServer server([bytes](Peer& peer) {
      if (!peer.read_request().empty()) peer.write(bytes);
    });
    return send(request_to(server));
  }
  void expect(const Answer& answer, ErrorKind kind, Applied applied) {
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, kind) << answer.error().message();
    EXPECT_EQ(answer.error().applied, applied) << answer.error().message();
  }

  task::Loop loop_;
  TlsFiles tls_;
  Millis exchange_max_{2'000};
  Millis age_max_{600'000};
  std::unique_ptr<ports::HttpTransport> transport_;
};

}  // namespace contactor::http_client
