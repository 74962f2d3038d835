#include "world/sinks/chat.h"

#include "json/json.h"
#include "world/route.h"

namespace contactor::world {
namespace {

constexpr Millis kPause = std::chrono::seconds(1);
constexpr std::size_t kChannelsMax = 1000;

ports::HttpResponse refused(std::string_view error) {
  return json_response(200, fmt::format(R"({{"ok":false,"error":{}}})", quoted(error)));
}

}  // namespace

Reply Chat::handle(const ports::HttpRequest& request, std::string_view path, Instant now) {
  Reply reply{.response = {}, .at = now + context_.between(Millis(30), Millis(200))};
  const bool is_post = request.method == "POST";
  if (is_post && path == "chat.postMessage")
    reply.response = post(request, now);
  else if (is_post && path == "auth.test")
    reply.response = bearer_of(request) == context_.params.slack_token ? json_response(200, R"({"ok":true})")
                                                                       : refused("invalid_auth");
  else
    reply.response = refused("unknown_method");
  return reply;
}

ports::HttpResponse Chat::post(const ports::HttpRequest& request, Instant now) {
  const std::string_view token = bearer_of(request);
  if (token.empty()) return refused("not_authed");
  if (token != context_.params.slack_token) return refused("invalid_auth");
  const auto document = json::parse(request.body);
  const auto* const body = document ? document->if_object() : nullptr;
  if (body == nullptr) return refused("invalid_json");
  const std::string channel(json::string_at(*body, "channel").value_or(""));
  const std::string text(json::string_at(*body, "text").value_or(""));
  if (text.empty()) return refused("no_text");
  if (channel.empty()) return refused("channel_not_found");
  if (std::string_view wanted = channel; take_prefix(wanted, "refuses-")) return refused(wanted);
  if (last_posts_.size() >= kChannelsMax) last_posts_.clear();
  const auto [last, is_first] = last_posts_.try_emplace(channel, now);
  if (!is_first && now - last->second < kPause) {
    auto limited = json_response(429, R"({"ok":false,"error":"ratelimited"})");
    limited.headers.push_back({"Retry-After", "1"});
    return limited;
  }
  last->second = now;
  context_.logs.chats.push_back({.channel = channel, .text = text, .at = now});
  return json_response(200, fmt::format(R"({{"ok":true,"channel":{},"ts":"{}.000100"}})", quoted(channel),
                                        now.millis() / 1000));
}

}  // namespace contactor::world
