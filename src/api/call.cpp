#include "api/call.h"

#include <charconv>

#include <fmt/format.h>

#include "api/environment.h"
#include "api/letters.h"
#include "base/log.h"
#include "crypto/encoding.h"

namespace contactor::api {
namespace {

constexpr std::size_t kRequestIdMax = 128;
constexpr std::int64_t kLimitMax = 500;
constexpr std::string_view kCursorPrefix = "1:";
constexpr Millis kPatience =
    std::chrono::seconds(8);  ///< with the node that must answer; clients' own ends later

/// A client's id is echoed only where it cannot do harm in a header or a log line.
bool is_plain_id(std::string_view id) {
  return !id.empty() && id.size() <= kRequestIdMax && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> read_cursor(std::string_view text) {
  if (text.size() > 64) return std::nullopt;
  const auto inner = crypto::from_base64url(text);
  if (!inner || !inner->starts_with(kCursorPrefix)) return std::nullopt;
  const auto number = parse_number(std::string_view(*inner).substr(kCursorPrefix.size()));
  return number && *number > 0 ? number : std::nullopt;
}

}  // namespace

Call::Call(std::shared_ptr<Environment> environment, Request given, Respond respond)
    : env(std::move(environment)),
      request(std::move(given)),
      received_at(env->time.now()),
      respond_(std::move(respond)) {
  const std::string_view sent = request.header("x-request-id");
  request_id = is_plain_id(sent) ? std::string(sent) : "req_" + encode_base32(env->entropy.next() >> 1);
}

Call::~Call() {
  if (!answered_ && !env->is_closed)
    refuse(Error{.kind = ErrorKind::canceled, .origin = "api", .detail = "dropped"});
}

void Call::reply(Response response) {
  if (std::exchange(answered_, true) || env->is_closed) return;
  // What another node answered has them already.
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(response.headers, [name](const auto& header) { return header.name == name; });
  };
  if (!has("X-Request-Id")) {
    response.headers.push_back({"X-Request-Id", request_id});
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  }
  env->metrics.record(route, response.status, env->time.now() - received_at);
  if (log::enabled(log::Level::debug))
    log::debug("api", "{} {} {} {}", request.method, route == nullptr ? "-" : route->pattern, response.status,
               request_id);
  if (request.method == "HEAD") response.body.clear();
  respond_(std::move(response));
}

void Call::reply(int status, std::string json_text, std::vector<ports::HttpHeader> more) {
  Response response{.status = status, .headers = std::move(more), .body = std::move(json_text)};
  if (!response.body.empty()) response.headers.push_back({"Content-Type", "application/json"});
  response.headers.push_back({"Cache-Control", "no-store"});
  reply(std::move(response));
}

void Call::refuse(const Problem& problem) {
  Response response = to_response(problem, request_id);
  response.headers.push_back({"Cache-Control", "no-store"});
  reply(std::move(response));
}

void Call::refuse(const Error& error) {
  const bool is_movable = error.kind == ErrorKind::elsewhere && env->nodes != nullptr && !is_forwarded;
  if (is_movable && !answered_) return hand_on(error.shard);
  refuse(to_problem(error));
}

void Call::hand_on(std::uint8_t shard) {
  Forwarded forwarded{.request = request, .who = who};
  forwarded.request.headers.insert(forwarded.request.headers.begin(), {"X-Request-Id", request_id});
  const auto random = static_cast<std::int64_t>(env->entropy.next() >> 9);
  env->nodes->send({.id = random << 8 | shard, .request = write_letter(forwarded), .reply = {}}, kPatience,
                   [call = shared_from_this()](const Result<std::string>& reply) {
                     if (!reply) return call->refuse(to_problem(reply.error()));
                     auto response = read_response_letter(*reply);
                     if (!response) return call->refuse(to_problem(response.error()));
                     call->reply(std::move(*response));
                   });
}

const std::string& Call::path_value(std::string_view name) const {
  const auto found = std::ranges::find(path_values, name, &std::pair<std::string, std::string>::first);
  CTR_ASSERT(found != path_values.end());  // A handler asked for what its own pattern does not name.
  return found->second;
}

std::optional<std::string> Call::query_value(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &std::pair<std::string, std::string>::first);
  if (found == query.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

std::size_t read_limit(const Call& call, Faults& faults) {
  const auto text = call.query_value("limit");
  if (!text) return Page().limit;
  const auto limit = parse_number(*text);
  if (limit && *limit >= 1 && *limit <= kLimitMax) return static_cast<std::size_t>(*limit);
  faults.push_back({"?limit", fmt::format("must be a number from 1 to {}", kLimitMax)});
  return Page().limit;
}

Page read_page(const Call& call, Faults& faults) {
  Page page;
  page.limit = read_limit(call, faults);
  if (const auto text = call.query_value("cursor")) {
    if (const auto after = read_cursor(*text))
      page.after = *after;
    else
      faults.push_back({"?cursor", "must be the next_cursor of an earlier answer"});
  }
  return page;
}

std::string write_cursor(std::int64_t after) {
  return crypto::to_base64url(fmt::format("{}{}", kCursorPrefix, after));
}

std::string list_json(const std::vector<std::string>& items, const std::optional<std::string>& next_cursor) {
  std::string out = "{\"items\":[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    out += items[i];
  }
  // A cursor is base64url: it needs no escaping.
  out += next_cursor ? "],\"next_cursor\":\"" + *next_cursor + "\"}" : std::string("],\"next_cursor\":null}");
  return out;
}

}  // namespace contactor::api
