#include "api/letters.h"

#include <array>

#include "json/json.h"

namespace contactor::api {
namespace {

/// All that a route or the reader of a signature looks at.
constexpr std::array<std::string_view, 8> kHeaders{
    "accept",     "content-type",      "idempotency-key",   "x-request-id",
    "webhook-id", "webhook-timestamp", "webhook-signature", "stripe-signature"};

std::unexpected<Error> strange() {
  return fail(ErrorKind::protocol, "api", "a letter that no node of ours wrote");
}

json::array headers_json(const std::vector<ports::HttpHeader>& headers) {
  json::array list;
  for (const auto& [name, value] : headers)
    list.push_back(json::array{json::value(name), json::value(value)});
  return list;
}

std::optional<std::vector<ports::HttpHeader>> read_headers(const json::object& head) {
  std::vector<ports::HttpHeader> headers;
  const auto* list = json::array_at(head, "headers");
  if (list == nullptr) return std::nullopt;
  for (const auto& item : *list) {
    const auto* pair = item.if_array();
    if (pair == nullptr || pair->size() != 2 || !pair->at(0).is_string() || !pair->at(1).is_string())
      return std::nullopt;
    headers.push_back({std::string(pair->at(0).get_string()), std::string(pair->at(1).get_string())});
  }
  return headers;
}

json::object who_json(const Principal& who) {
  return {{"token_id", who.token_id.value()},
          {"role", to_string(who.role)},
          {"name", who.name},
          {"client", who.client}};
}

std::optional<Principal> read_who(const json::object& from) {
  const auto role = parse_role(json::string_at(from, "role").value_or(""));
  if (!role) return std::nullopt;
  return Principal{.token_id = TokenId(json::integer_at(from, "token_id").value_or(0)),
                   .role = *role,
                   .name = std::string(json::string_at(from, "name").value_or("")),
                   .client = std::string(json::string_at(from, "client").value_or(""))};
}

struct Opened {
  json::value head;
  std::string_view body;
};

Result<Opened> open(std::string_view letter) {
  const auto end = letter.find('\n');
  if (end == std::string_view::npos) return strange();
  auto head = json::parse(letter.substr(0, end));
  if (!head || !head->is_object()) return strange();
  return Opened{.head = std::move(*head), .body = letter.substr(end + 1)};
}

}  // namespace

std::string write_letter(const Forwarded& forwarded) {
  const Request& request = forwarded.request;
  std::vector<ports::HttpHeader> headers;
  for (const auto name : kHeaders)
    if (const auto value = request.header(name); !value.empty())
      headers.push_back({std::string(name), std::string(value)});
  json::object head{{"method", request.method},
                    {"target", request.target},
                    {"headers", headers_json(headers)},
                    {"remote_address", request.remote_address}};
  if (forwarded.who) head["who"] = who_json(*forwarded.who);
  return json::serialize(head) + '\n' + request.body;
}

std::string write_letter(const Response& response) {
  return json::serialize(
             json::object{{"status", response.status}, {"headers", headers_json(response.headers)}}) +
         '\n' + response.body;
}

Result<Forwarded> read_request_letter(std::string_view letter) {
  CTR_TRY(opened, open(letter));
  const json::object& head = opened.head.get_object();
  const auto method = json::string_at(head, "method");
  const auto target = json::string_at(head, "target");
  auto headers = read_headers(head);
  if (!method || !target || !headers) return strange();
  Forwarded forwarded{
      .request = {.method = std::string(*method),
                  .target = std::string(*target),
                  .headers = std::move(*headers),
                  .body = std::string(opened.body),
                  .remote_address = std::string(json::string_at(head, "remote_address").value_or(""))},
      .who = {}};
  if (const auto* who = json::object_at(head, "who")) {
    forwarded.who = read_who(*who);
    if (!forwarded.who) return strange();
  }
  return forwarded;
}

Result<Response> read_response_letter(std::string_view letter) {
  CTR_TRY(opened, open(letter));
  const json::object& head = opened.head.get_object();
  const auto status = json::integer_at(head, "status");
  auto headers = read_headers(head);
  if (!status || *status < 200 || *status > 599 || !headers) return strange();
  return Response{
      .status = static_cast<int>(*status), .headers = std::move(*headers), .body = std::string(opened.body)};
}

}  // namespace contactor::api
