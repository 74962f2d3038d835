#include "gateways/slack/gateway.h"

#include <algorithm>
#include <array>

#include "json/json.h"
#include "ports/http_error.h"

namespace contactor::gateways::slack {
namespace {

constexpr std::string_view kOrigin = "slack";
constexpr Millis kCallMax = std::chrono::seconds(10);
constexpr std::size_t kTextMax = 30'000;  // Slack cuts at 40 000 characters.

struct Word {
  std::string_view error;
  ErrorKind kind;
};
constexpr std::array kWords{
    Word{"invalid_auth", ErrorKind::unauthorized},
    Word{"not_authed", ErrorKind::unauthorized},
    Word{"account_inactive", ErrorKind::unauthorized},
    Word{"token_revoked", ErrorKind::unauthorized},
    Word{"token_expired", ErrorKind::unauthorized},
    Word{"missing_scope", ErrorKind::unauthorized},
    Word{"no_permission", ErrorKind::unauthorized},
    Word{"ekm_access_denied", ErrorKind::unauthorized},
    Word{"channel_not_found", ErrorKind::not_found},
    Word{"is_archived", ErrorKind::not_found},
    Word{"not_in_channel", ErrorKind::not_found},
    Word{"ratelimited", ErrorKind::rate_limited},
    Word{"rate_limited", ErrorKind::rate_limited},
    Word{"message_limit_exceeded", ErrorKind::rate_limited},
    Word{"fatal_error", ErrorKind::unavailable},
    Word{"internal_error", ErrorKind::unavailable},
    Word{"service_unavailable", ErrorKind::unavailable},
    Word{"team_added_to_org", ErrorKind::unavailable},
    Word{"request_timeout", ErrorKind::unavailable},
};

/// Any other word is about the message.
ErrorKind kind_of(std::string_view error) {
  const auto found = std::ranges::find(kWords, error, &Word::error);
  return found == kWords.end() ? ErrorKind::invalid : found->kind;
}

/// The three characters by which Slack tells its commands from text.
std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

}  // namespace

Status read_posted(const ports::HttpResponse& response, Instant now) {
  const auto document = json::parse(response.body, {.bytes = 256 * 1024, .depth = 16});
  const auto* body = document ? document->if_object() : nullptr;
  const std::string error = body == nullptr ? std::string() : json::short_text_at(*body, "error", 100);
  if (response.status != 200) {
    const Applied applied = response.status == 429 || !error.empty() ? Applied::no : Applied::maybe;
    return fail(ports::error_of(response, kOrigin, error, applied, now));
  }
  const auto ok = body == nullptr ? std::nullopt : json::bool_at(*body, "ok");
  if (ok == true) return {};
  Error failed = ports::error_of(response, kOrigin, error, Applied::no, now);
  failed.kind = ok == false && !error.empty() ? kind_of(error) : ErrorKind::protocol;
  if (failed.kind == ErrorKind::protocol) failed.applied = Applied::maybe;
  return fail(std::move(failed));
}

void Gateway::post(std::string channel, std::string text, ports::Done<Status> done) {
  if (channel.empty() || text.empty())
    return done(fail(ErrorKind::invalid, kOrigin, "a message needs a channel and a text"));
  send("chat.postMessage",
       json::serialize({{"channel", channel}, {"text", escaped(json::shortened(text, kTextMax))}}),
       std::move(done));
}

void Gateway::check(ports::Done<Status> done) { send("auth.test", "{}", std::move(done)); }

void Gateway::send(std::string_view method, std::string body, ports::Done<Status> done) {
  std::string_view base = params_.api_url;
  if (base.ends_with('/')) base.remove_suffix(1);
  ports::HttpRequest request{.method = "POST",
                             .url = fmt::format("{}/{}", base, method),
                             .headers = {{"Authorization", "Bearer " + params_.token.reveal()},
                                         {"Content-Type", "application/json; charset=utf-8"}},
                             .body = std::move(body),
                             .respond_by = params_.timekeeper.now() + kCallMax};
  auto& timekeeper = params_.timekeeper;
  params_.transport.send(std::move(request),
                         [&timekeeper, done = std::move(done)](Result<ports::HttpResponse> answer) mutable {
                           if (!answer) return done(fail(std::move(answer.error())));
                           done(read_posted(*answer, timekeeper.now()));
                         });
}

}  // namespace contactor::gateways::slack
