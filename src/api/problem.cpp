#include "api/problem.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "json/json.h"

namespace contactor::api {
namespace {

constexpr std::size_t kFaultsMax = 100;

Problem problem(int status, std::string_view slug, std::string_view title, std::string detail) {
  return Problem{
      .status = status, .slug = std::string(slug), .title = std::string(title), .detail = std::move(detail)};
}

std::string seconds_up(Millis wait) {
  return std::to_string(std::max<std::int64_t>(1, (wait.count() + 999) / 1000));
}

Problem unavailable() {
  Problem away = problem(
      503, "unavailable", "Not available now",
      "A part that this request needs does not answer. Nothing is lost: repeat it with the same key.");
  away.retry_after = std::chrono::seconds(2);
  return away;
}

}  // namespace

Problem to_problem(const Error& error) {
  Problem made;
  switch (error.kind) {
    case ErrorKind::invalid:
      made = problem(422, "validation", "The request cannot be accepted", error.detail);
      break;
    case ErrorKind::not_found:
      made = no_such_thing(error.detail);
      break;
    case ErrorKind::conflict:
      made = problem(409, "conflict", "The state of the thing forbids it", error.detail);
      break;
    case ErrorKind::unauthorized:
      made = bad_signature();
      break;
    case ErrorKind::rate_limited:
      made = problem(429, "rate-limited", "Too many requests", "Wait, then repeat.");
      break;
    case ErrorKind::exhausted:
      made = problem(503, "overloaded", "Too much to do now", "A queue of ours is full. Wait, then repeat.");
      made.retry_after = std::chrono::seconds(2);
      break;
    case ErrorKind::unavailable:
    case ErrorKind::timed_out:
    case ErrorKind::protocol:
    case ErrorKind::canceled:
    case ErrorKind::elsewhere:
      made = unavailable();
      break;
    case ErrorKind::internal:
      made =
          problem(500, "internal", "A defect of ours", "It is in our log under the id given as `instance`.");
      break;
  }
  if (error.retry_after) made.retry_after = error.retry_after;
  return made;
}

Problem validation_problem(Faults faults) {
  Problem made = problem(422, "validation", "The request cannot be accepted",
                         faults.size() == 1 ? "One thing is wrong with it."
                                            : fmt::format("{} things are wrong with it.", faults.size()));
  if (faults.size() > kFaultsMax) faults.resize(kFaultsMax);
  made.errors = std::move(faults);
  return made;
}

Response to_response(const Problem& problem, std::string_view request_id) {
  json::object body;
  body["type"] = "urn:contactor:problem:" + problem.slug;
  body["title"] = problem.title;
  body["status"] = problem.status;
  body["detail"] = problem.detail;
  body["instance"] = request_id;
  if (!problem.errors.empty()) {
    auto& errors = body["errors"].emplace_array();
    for (const auto& fault : problem.errors)
      errors.push_back(json::object{{"pointer", fault.pointer}, {"detail", fault.detail}});
  }
  Response response{.status = problem.status, .headers = problem.headers, .body = json::serialize(body)};
  response.headers.push_back({"Content-Type", "application/problem+json"});
  if (problem.retry_after) response.headers.push_back({"Retry-After", seconds_up(*problem.retry_after)});
  return response;
}

Problem malformed_body(std::string detail) {
  return problem(400, "malformed-body", "The body cannot be read", std::move(detail));
}

Problem no_such_thing(std::string detail) {
  return problem(404, "not-found", "Not found", std::move(detail));
}

Problem no_such_route() {
  return problem(404, "not-found", "Not found", "There is no such route; GET /openapi.json lists them.");
}

Problem method_not_allowed(const std::vector<std::string_view>& allowed) {
  Problem made = problem(405, "method-not-allowed", "Method not allowed", "This path knows other methods.");
  made.headers.push_back({"Allow", fmt::format("{}", fmt::join(allowed, ", "))});
  return made;
}

Problem not_acceptable(std::string_view offered) {
  return problem(406, "not-acceptable", "Not acceptable",
                 fmt::format("This route answers with {} only.", offered));
}

Problem unsupported_media_type() {
  return problem(415, "unsupported-media-type", "Unsupported media type",
                 "The body must be application/json in UTF-8.");
}

Problem body_too_large() {
  return problem(413, "body-too-large", "Body too large", "The body is larger than this route takes.");
}

Problem unauthorized(std::string_view why) {
  Problem made = problem(401, "unauthorized", "Authentication needed", std::string(why));
  made.headers.push_back({"WWW-Authenticate", "Bearer realm=\"contactor\""});
  return made;
}

Problem forbidden(std::string_view role) {
  return problem(403, "forbidden", "Not allowed", fmt::format("The role {} may not do this.", role));
}

Problem bad_signature() {
  Problem made = problem(401, "signature-invalid", "Signature not accepted",
                         "The signature is missing, wrong, or too old or too new for our clock.");
  made.headers.push_back({"WWW-Authenticate", "Signature"});
  return made;
}

Problem key_missing() {
  return problem(400, "idempotency-key-missing", "Idempotency-Key missing",
                 "This request creates something: send an Idempotency-Key.");
}

Problem key_invalid() {
  return problem(400, "idempotency-key-invalid", "Idempotency-Key not usable",
                 "A key has 1 to 255 visible ASCII characters.");
}

Problem key_reused() {
  return problem(422, "idempotency-key-reused", "Idempotency-Key reused",
                 "This key was used with another body. A new request needs a new key.");
}

Problem key_in_progress() {
  Problem made = problem(409, "idempotency-in-progress", "Still running",
                         "The first request under this key has not been answered yet.");
  made.retry_after = std::chrono::seconds(1);
  return made;
}

}  // namespace contactor::api
