#pragma once

#include <string>

#include "base/secret.h"
#include "ports/chat.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::slack {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  std::string api_url = "https://slack.com/api";
  Secret token;  ///< of a bot, "xoxb-…"
};

/// Slack. What is posted is plain text: nothing in it can become a mention or a link. Thread: the engine's.
/// Must outlive its transport's calls.
class Gateway : public ports::Chat {
 public:
  explicit Gateway(GatewayParams params) : params_(std::move(params)) {}
  void post(std::string channel, std::string text, ports::Done<Status> done) override;
  /// Asks whether the token is taken, and posts nothing. @errors  as `ports::Chat::post`.
  void check(ports::Done<Status> done);

 private:
  void send(std::string_view method, std::string body, ports::Done<Status> done);

  GatewayParams params_;
};

/// What the answer to `chat.postMessage` says. @errors  as `ports::Chat::post`, and invalid (the message).
[[nodiscard]] Status read_posted(const ports::HttpResponse& response, Instant now);

}  // namespace contactor::gateways::slack
