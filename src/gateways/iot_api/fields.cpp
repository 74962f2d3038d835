#include "gateways/iot_api/fields.h"

#include <cmath>

#include "json/json.h"
#include "ota/classify.h"

namespace contactor::gateways::iot_api {
namespace {

/// The member, or nothing where it is missing or null.
const json::value* member(const json::object& parent, std::string_view key) {
  const auto* found = parent.if_contains(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

}  // namespace

std::unexpected<Error> not_documented(std::string_view what) {
  return fail(ErrorKind::protocol, "iot_api", fmt::format("not the documented answer: {}", what));
}

Result<json::object> parse_object(std::string_view body) {
  auto document = json::parse(body);
  if (!document) return not_documented(document.error().detail);
  if (!document->is_object()) return not_documented("not an object");
  return std::move(document->get_object());
}

Result<std::string> text_of(const json::object& parent, std::string_view key, std::size_t size_max) {
  const auto* value = member(parent, key);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return not_documented(fmt::format("{} is not a text", key));
  return json::shortened(value->get_string(), size_max);
}

Result<std::optional<bool>> flag_of(const json::object& parent, std::string_view key) {
  const auto* value = member(parent, key);
  if (value == nullptr) return std::optional<bool>();
  if (!value->is_bool()) return not_documented(fmt::format("{} is not true or false", key));
  return std::optional(value->get_bool());
}

Result<std::optional<std::int64_t>> number_of(const json::object& parent, std::string_view key) {
  const auto* value = member(parent, key);
  if (value == nullptr) return std::optional<std::int64_t>();
  if (const auto integer = json::integer_at(parent, key)) return integer;
  // A signal strength of -71.5 dBm is as good as -71.
  if (value->is_double() && std::abs(value->get_double()) < 1e15)
    return std::optional(static_cast<std::int64_t>(value->get_double()));
  return not_documented(fmt::format("{} is not a number", key));
}

Result<std::optional<Instant>> moment_of(const json::object& parent, std::string_view key) {
  CTR_TRY(text, text_of(parent, key));
  if (text.empty()) return std::optional<Instant>();
  const auto at = parse_rfc3339(text);
  if (!at) return not_documented(fmt::format("{} is not a time", key));
  return at;
}

Result<ota::CommandStatus> status_of(const json::object& parent, std::string_view key) {
  CTR_TRY(text, text_of(parent, key));
  return ota::parse_command_status(text).value_or(ota::CommandStatus::unknown);
}

ota::Failure failure_of(const json::object& parent, ota::CommandStatus status) {
  if (status != ota::CommandStatus::rejected && status != ota::CommandStatus::timed_out) return {};
  ota::Failure failure;
  if (const auto* error = json::object_at(parent, "error")) {
    failure.code = json::short_text_at(*error, "code", 64);
    failure.message = json::short_text_at(*error, "message", 512);
  } else {
    failure.code = json::short_text_at(parent, "error", 64);
  }
  const bool silent = status == ota::CommandStatus::timed_out;
  failure.category =
      ota::category_of_code(failure.code)
          .value_or(silent ? ota::FailureCategory::VehicleOffline : ota::FailureCategory::ApiIotError);
  if (failure.code.empty()) failure.code = ota::to_string(status);
  return failure;
}

}  // namespace contactor::gateways::iot_api
