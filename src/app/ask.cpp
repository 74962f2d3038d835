#include "app/ask.h"

#include <cstdio>

#include <fmt/format.h>

#include "app/open_store.h"
#include "json/json.h"

namespace contactor::app {
namespace {

ErrorKind kind_of(int status) {
  if (status == 404) return ErrorKind::not_found;
  if (status == 400 || status == 422) return ErrorKind::invalid;
  if (status == 409) return ErrorKind::conflict;
  if (status == 401 || status == 403) return ErrorKind::unauthorized;
  return status == 503 ? ErrorKind::unavailable : ErrorKind::internal;
}

Error refusal_of(const api::Response& answer) {
  const auto problem = json::parse(answer.body);
  std::string words = fmt::format("the API answered {}", answer.status);
  if (problem && problem->is_object()) {
    const json::object& said = problem->get_object();
    words = json::string_at(said, "detail").value_or(words);
    if (const auto* errors = json::array_at(said, "errors"))
      for (const auto& fault : *errors)
        words += fmt::format(" {}: {}", json::string_at(fault.as_object(), "pointer").value_or(""),
                             json::string_at(fault.as_object(), "detail").value_or(""));
  }
  return Error{
      .kind = kind_of(answer.status), .retry_after = {}, .origin = "api", .detail = std::move(words)};
}

}  // namespace

api::Request get(std::string target, std::string_view accept) {
  return {
      .method = "GET", .target = std::move(target), .headers = {{"Accept", std::string(accept)}}, .body = {}};
}

api::Request post(std::string target) {
  return {.method = "POST", .target = std::move(target), .headers = {}, .body = {}};
}

api::Request post(std::string target, const json::object& body, std::string_view key) {
  api::Request request = post(std::move(target));
  if (!key.empty()) request.headers.push_back({"Idempotency-Key", std::string(key)});
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = json::serialize(body);
  return request;
}

Result<std::string> ask(StoreSession& session, api::Request request) {
  CTR_TRY(answer, session.ask(std::move(request)));
  if (answer.status >= 400) return fail(refusal_of(answer));
  return std::move(answer.body);
}

Result<json::object> ask_document(StoreSession& session, api::Request request) {
  CTR_TRY(text, ask(session, std::move(request)));
  CTR_TRY(document, json::parse(text));
  if (!document.is_object()) return fail(ErrorKind::protocol, "api", "the answer is no JSON object");
  return std::move(document.get_object());
}

std::string_view text_at(const json::object& document, std::string_view key) {
  return json::string_at(document, key).value_or("");
}

void print_document(const json::object& document) { fmt::print("{}\n", json::serialize(document)); }

int complain(const Error& error) {
  fmt::print(stderr, "contactor: {}\n", error.message());
  return exit_status_of(error);
}

}  // namespace contactor::app
