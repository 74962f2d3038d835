#include "ota/classify.h"

#include <array>

namespace contactor::ota {
namespace {

using Kind = CommandAnswer::Kind;

constexpr std::string_view kRateLimited = "rate_limited";

struct CodeRow {
  std::string_view code;
  FailureCategory category;
};
// The documented codes; rate_limited is no failure and stands apart.
constexpr std::array<CodeRow, 6> kCodes{{
    {"invalid_configuration", FailureCategory::InvalidConfiguration},
    {"vehicle_incompatible", FailureCategory::VehicleIncompatible},
    {"unauthorized", FailureCategory::AuthorizationFailure},
    {"vehicle_offline", FailureCategory::VehicleOffline},
    {"network_congestion", FailureCategory::TransientNetwork},
    {"internal", FailureCategory::ApiIotError},
}};

CommandAnswer answer(Kind kind, FailureCategory category, const AnswerFacts& facts) {
  CommandAnswer result{.kind = kind, .failure = {}, .retry_after = {}};
  if (kind == Kind::refused || kind == Kind::rate_limited) result.retry_after = facts.retry_after;
  if (kind == Kind::refused || kind == Kind::unknown)
    result.failure = {.category = category,
                      .http_status = facts.http_status,
                      .code = facts.error_code,
                      .message = facts.error_message};
  return result;
}

CommandAnswer unknown(FailureCategory category, const AnswerFacts& facts) {
  return answer(Kind::unknown, category, facts);
}
CommandAnswer refused(FailureCategory category, const AnswerFacts& facts) {
  return answer(Kind::refused, category, facts);
}

/// 2xx without an error object.
CommandAnswer of_status(const AnswerFacts& facts) {
  switch (facts.status.value_or(CommandStatus::unknown)) {
    case CommandStatus::applied:
      // "applied" alone is the API's opinion; only `confirmed` is the car's word.
      return answer(facts.confirmed ? Kind::confirmed : Kind::accepted, FailureCategory::ApiIotError, facts);
    case CommandStatus::accepted:
    case CommandStatus::delivered:
      return answer(Kind::accepted, FailureCategory::ApiIotError, facts);
    case CommandStatus::rejected:
      return refused(FailureCategory::ApiIotError, facts);
    case CommandStatus::timed_out:
      // The API gave up waiting; the car may still have done it.
      return unknown(FailureCategory::VehicleOffline, facts);
    case CommandStatus::unknown:
      break;
  }
  return unknown(FailureCategory::ApiIotError, facts);
}

CommandAnswer of_success(const AnswerFacts& facts) {
  if (const auto category = category_of_code(facts.error_code)) return refused(*category, facts);
  // An error that nobody documented, under a status that says success, proves neither.
  if (!facts.body_understood || !facts.error_code.empty())
    return unknown(FailureCategory::ApiIotError, facts);
  return of_status(facts);
}

CommandAnswer of_client_error(const AnswerFacts& facts) {
  const auto documented = category_of_code(facts.error_code);
  switch (facts.http_status) {
    case 401:
      return refused(FailureCategory::AuthorizationFailure, facts);
    case 409:
      // A conflict means that something else happened: the state is read whatever the body says.
      return unknown(documented.value_or(FailureCategory::ApiIotError), facts);
    default:
      break;
  }
  if (documented) return refused(*documented, facts);
  switch (facts.http_status) {
    case 403:
    case 407:
      return refused(FailureCategory::AuthorizationFailure, facts);
    case 404:
      return refused(FailureCategory::VehicleIncompatible, facts);
    case 408:
      // Without the documented error body nothing proves that the command stayed behind.
      return facts.body_understood ? refused(FailureCategory::TransientNetwork, facts)
                                   : unknown(FailureCategory::TransientNetwork, facts);
    default:
      return refused(FailureCategory::InvalidConfiguration, facts);
  }
}

CommandAnswer of_server_error(const AnswerFacts& facts) {
  if (const auto category = category_of_code(facts.error_code)) return refused(*category, facts);
  const bool says_error = facts.body_understood && !facts.error_code.empty();
  return says_error ? refused(FailureCategory::ApiIotError, facts)
                    : unknown(FailureCategory::ApiIotError, facts);
}

}  // namespace

CommandAnswer classify(const AnswerFacts& facts) {
  if (facts.http_status < 200 || facts.http_status > 599) return unknown(FailureCategory::ApiIotError, facts);
  if (facts.http_status == 429 || facts.error_code == kRateLimited)
    return answer(Kind::rate_limited, FailureCategory::ApiIotError, facts);
  if (facts.http_status < 300) return of_success(facts);
  // Redirects are not followed, so nothing was applied.
  if (facts.http_status < 400)
    return refused(category_of_code(facts.error_code).value_or(FailureCategory::ApiIotError), facts);
  return facts.http_status < 500 ? of_client_error(facts) : of_server_error(facts);
}

CommandAnswer classify_transport(const Error& error) {
  CommandAnswer result{.kind = Kind::unknown, .failure = {}, .retry_after = {}};
  result.failure = {.category = FailureCategory::TransientNetwork,
                    .code = std::string(contactor::to_string(error.kind)),
                    .message = error.detail};
  if (error.applied != Applied::no) return result;
  result.kind = Kind::refused;
  result.retry_after = error.retry_after;
  // The login's own answers keep their meaning: nothing was sent to the vehicle.
  if (error.kind == ErrorKind::unauthorized) result.failure.category = FailureCategory::AuthorizationFailure;
  if (error.kind == ErrorKind::invalid) result.failure.category = FailureCategory::InvalidConfiguration;
  // Neither a full queue of ours nor a limit of theirs is an attempt.
  if (error.kind == ErrorKind::rate_limited || error.kind == ErrorKind::exhausted) {
    result.kind = Kind::rate_limited;
    result.failure = {};
  }
  return result;
}

std::optional<FailureCategory> category_of_code(std::string_view error_code) {
  for (const CodeRow& row : kCodes)
    if (row.code == error_code) return row.category;
  return std::nullopt;
}

}  // namespace contactor::ota
