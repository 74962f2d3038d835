#include "gateways/high_mobility/wire.h"

#include <charconv>

#include "gateways/high_mobility/status.h"
#include "json/json.h"
#include "ports/http_error.h"

namespace contactor::gateways::high_mobility {
namespace {

using fleet::CloudState;
using fleet::Standing;

constexpr json::Limits kLimits{.bytes = 32 << 20, .depth = 16};
constexpr std::size_t kWordsMax = 250;

Error not_documented(std::string_view what, Applied applied) {
  return {.kind = ErrorKind::protocol,
          .applied = applied,
          .retry_after = {},
          .origin = "high_mobility",
          .detail = fmt::format("not the documented answer: {}", what)};
}

Result<json::value> body_of(const ports::HttpResponse& response, Applied unless_refused, Instant now) {
  if (response.status < 200 || response.status > 299)
    return fail(refused_call(response, unless_refused, now));
  auto document = json::parse(response.body, kLimits);
  if (!document) return fail(not_documented(document.error().detail, unless_refused));
  return std::move(*document);
}

/// Title and detail of the first errors as one text: `{"errors":[{"title","source"?,"detail"?}]}`.
std::string words_of_errors(const ports::HttpResponse& response) {
  const auto document = json::parse(response.body, {.bytes = 64 * 1024, .depth = 8});
  const auto* errors =
      document && document->is_object() ? json::array_at(document->get_object(), "errors") : nullptr;
  std::string words;
  if (errors == nullptr) return words;
  for (const auto& value : *errors) {
    const auto* error = value.if_object();
    if (error == nullptr || words.size() > kWordsMax) continue;
    words += fmt::format("{}{}: {}", words.empty() ? "" : "; ", json::short_text_at(*error, "title", 60),
                         json::short_text_at(*error, "detail", 120));
  }
  return words;
}

bool is_own(const ports::HttpResponse& response) {
  const auto document = json::parse(response.body, kLimits);
  return document && document->is_object();
}

std::optional<Millis> pause_in(std::string_view words) {
  constexpr std::string_view kBefore = "retry after ";
  const auto at = words.find(kBefore);
  if (at == std::string_view::npos) return std::nullopt;
  words.remove_prefix(at + kBefore.size());
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(words.data(), words.data() + words.size(), seconds);
  if (error != std::errc{} || !std::string_view(end, words.data() + words.size()).starts_with('s'))
    return std::nullopt;
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 86'400));
}

/// One entry of a changelog.
struct Change {
  Instant at;  ///< 0: not said, older than all that is
  std::string word;
  std::string reason;
};

/// A record's newest change; its own status where it has no changelog. Of two at the same moment the later.
Change newest_of(const json::object& record) {
  Change newest{.at = {}, .word = json::short_text_at(record, "status", kWordsMax), .reason = {}};
  const auto* log = json::array_at(record, "changelog");
  if (log == nullptr) return newest;
  for (const auto& value : *log) {
    const auto* entry = value.if_object();
    if (entry == nullptr || !json::string_at(*entry, "status")) continue;
    const auto at = read_timestamp(json::string_at(*entry, "timestamp").value_or(""));
    if (!at || *at < newest.at) continue;
    newest = {.at = *at,
              .word = json::short_text_at(*entry, "status", kWordsMax),
              .reason = json::short_text_at(*entry, "reason", kWordsMax)};
  }
  return newest;
}

std::optional<Vin> vin_of(const json::object& entry) {
  const auto vin = Vin::parse(json::string_at(entry, "vin").value_or(""));
  return vin ? std::optional(*vin) : std::nullopt;
}

bool is_about(const json::object& entry, const Vin& vin) { return vin_of(entry) == vin; }

}  // namespace

CloudState Clearances::of(const Vin& vin) const {
  if (const auto found = listed.find(vin); found != listed.end()) return found->second;
  if (whole) return {.standing = Standing::inactive};
  return {.standing = Standing::unknown, .detail = "the list has entries without a VIN"};
}

std::optional<Instant> read_timestamp(std::string_view text) {
  if (const auto at = parse_rfc3339(text)) return at;
  return parse_rfc3339(std::string(text) + "Z");
}

Error refused_call(const ports::HttpResponse& response, Applied unless_refused, Instant now) {
  const std::string words = words_of_errors(response);
  // A refusal in its own words is the aggregator's; a page may come from anybody on the way back.
  const bool is_refused =
      response.status >= 400 && response.status <= 499 && response.status != 408 && is_own(response);
  Error error = ports::error_of(response, "high_mobility", json::shortened(words, 190),
                                is_refused ? Applied::no : unless_refused, now);
  if (error.kind == ErrorKind::rate_limited && !error.retry_after) error.retry_after = pause_in(words);
  return error;
}

Result<Clearances> read_list(const ports::HttpResponse& response, Instant now) {
  CTR_TRY(body, body_of(response, Applied::no, now));
  if (!body.is_array()) return fail(not_documented("not a list", Applied::no));
  Clearances clearances;
  std::unordered_map<Vin, Instant> changed_at;
  for (const auto& value : body.get_array()) {
    const auto* record = value.if_object();
    if (record == nullptr || !json::string_at(*record, "vin")) {
      clearances.whole = false;
      continue;
    }
    const auto vin = vin_of(*record);
    if (!vin) continue;
    const Change newest = newest_of(*record);
    const auto known = changed_at.find(*vin);
    if (known != changed_at.end() && newest.at < known->second) continue;
    changed_at.insert_or_assign(*vin, newest.at);
    clearances.listed.insert_or_assign(*vin, state_of_status(newest.word, newest.reason));
  }
  return clearances;
}

Result<CloudState> read_one(const ports::HttpResponse& response, const Vin& vin, Instant now) {
  if (response.status == 404 && !words_of_errors(response).empty())
    return CloudState{.standing = Standing::inactive};
  CTR_TRY(body, body_of(response, Applied::no, now));
  const auto* record = body.if_object();
  if (record == nullptr || !is_about(*record, vin))
    return fail(not_documented("not this vehicle's clearance", Applied::no));
  const Change newest = newest_of(*record);
  return state_of_status(newest.word, newest.reason);
}

Result<Clearances> read_cleared(const ports::HttpResponse& response, Instant now) {
  CTR_TRY(body, body_of(response, Applied::maybe, now));
  const auto* object = body.if_object();
  const auto* vehicles = object == nullptr ? nullptr : json::array_at(*object, "vehicles");
  if (vehicles == nullptr) return fail(not_documented("vehicles is missing", Applied::maybe));
  // Whoever is left out is unknown: of a change the cloud says what it did, or nothing.
  Clearances clearances{.listed = {}, .whole = false};
  for (const auto& value : *vehicles) {
    const auto* entry = value.if_object();
    if (entry == nullptr) continue;
    if (const auto vin = vin_of(*entry))
      clearances.listed.insert_or_assign(
          *vin, state_of_status(json::short_text_at(*entry, "status", kWordsMax),
                                json::short_text_at(*entry, "description", kWordsMax)));
  }
  return clearances;
}

Result<std::optional<CloudState>> read_withdrawal(const ports::HttpResponse& response, const Vin& vin,
                                                  Instant now) {
  const std::string words = words_of_errors(response);
  if (response.status == 404 && !words.empty())
    return CloudState{.standing = Standing::inactive, .detail = words};
  if (response.status == 409) {
    if (words.contains("already removed")) return CloudState{.standing = Standing::inactive, .detail = words};
    if (words.contains("in transition")) return CloudState{.standing = Standing::ending, .detail = words};
    return std::optional<CloudState>();
  }
  if (response.status == 422 && words.contains("too early")) {
    Error error = refused_call(response, Applied::no, now);
    error.kind = ErrorKind::conflict;
    error.retry_after = std::chrono::hours(24);
    return fail(std::move(error));
  }
  if (response.status == 422 && words.contains("not supported"))
    return CloudState{.standing = Standing::pending, .reason = "cancel_not_supported", .detail = words};
  if (response.status == 204) return CloudState{.standing = Standing::ending};
  CTR_TRY(body, body_of(response, Applied::maybe, now));
  const auto* entry = body.if_object();
  if (entry == nullptr || !is_about(*entry, vin))
    return fail(not_documented("not this vehicle's clearance", Applied::maybe));
  return state_of_status(json::short_text_at(*entry, "status", kWordsMax), "");
}

Result<std::optional<bool>> read_eligibility(const ports::HttpResponse& response, const Vin& vin,
                                             Instant now) {
  // The lookup itself failed, or the application may not use it: the clearance will tell.
  if (response.status == 422 || response.status == 403) return std::optional<bool>();
  CTR_TRY(body, body_of(response, Applied::no, now));
  const auto* entry = body.if_object();
  if (entry == nullptr || !is_about(*entry, vin) || !json::bool_at(*entry, "eligible"))
    return fail(not_documented("eligible is missing", Applied::no));
  return json::bool_at(*entry, "eligible");
}

}  // namespace contactor::gateways::high_mobility
