#include "gateways/bmw/wire.h"

#include <algorithm>
#include <charconv>

#include "json/json.h"
#include "ports/http_error.h"

namespace contactor::gateways::bmw {
namespace {

constexpr std::size_t kDetailMax = 555;
constexpr std::size_t kFleetsMax = 10'000;

/// What a body says of an error, whichever of the two shapes it has.
struct Said {
  bool is_json = false;  ///< an empty body counts: nothing was said, but nobody else spoke either
  json::object body;
  std::string id;    ///< `logErrorId`
  std::string text;  ///< `message`, or BMW's own words

  [[nodiscard]] bool names(std::string_view words) const;
  [[nodiscard]] std::string detail(int status) const;
};

std::string lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return folded;
}

bool Said::names(std::string_view words) const {
  return lower(id).find(words) != std::string::npos || lower(text).find(words) != std::string::npos;
}

std::string Said::detail(int status) const {
  std::string all = id;
  if (!id.empty() && !text.empty()) all += ": ";
  all += text;
  return json::shortened(all.empty() ? fmt::format("answered {}", status) : all, kDetailMax);
}

Said said_by(const ports::HttpResponse& response) {
  Said said{.is_json = response.body.empty(), .body = {}, .id = {}, .text = {}};
  auto document = json::parse(response.body);
  if (!document || !document->is_object()) return said;
  said.is_json = true;
  said.body = std::move(document->get_object());
  said.id = json::short_text_at(said.body, "logErrorId", 128);
  said.text = json::short_text_at(said.body, "message", 400);
  for (const auto* key : {"logMessage", "error"})
    if (said.text.empty()) said.text = json::short_text_at(said.body, key, 400);
  return said;
}

std::uint64_t number_at(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return std::min<std::uint64_t>(number, 7L * 24 * 3600);
}

/// "Quota will be replenished in 02:14:33" and "… in 90 seconds": the wait; nothing where none is told.
std::optional<Millis> refill_in(std::string_view text) {
  for (auto at = text.find(" in "); at != std::string_view::npos; at = text.find(" in ", at + 1)) {
    const auto rest = text.substr(at + 4);
    const auto digits = rest.find_first_not_of("0123456789");
    if (digits == 0) continue;
    const auto first = static_cast<std::int64_t>(number_at(rest));
    const auto unit = digits == std::string_view::npos ? std::string_view() : rest.substr(digits);
    if (unit.starts_with(':') && unit.size() >= 6)
      return std::chrono::hours(std::min<std::int64_t>(first, 168)) +
             std::chrono::minutes(number_at(unit.substr(1, 2))) +
             std::chrono::seconds(number_at(unit.substr(4, 2)));
    if (unit.starts_with(" hour")) return std::chrono::hours(std::min<std::int64_t>(first, 168));
    if (unit.starts_with(" minute")) return std::chrono::minutes(std::min<std::int64_t>(first, 10'080));
    if (unit.starts_with(" second") || unit.starts_with("s")) return std::chrono::seconds(first);
  }
  return std::nullopt;
}

bool is_too_many(const ports::HttpResponse& response, const Said& said) {
  return response.status == 429 || said.names("too many requests");
}
/// Done, and nobody says otherwise beside it.
bool is_done(const ports::HttpResponse& response, const Said& said) {
  const bool is_success = response.status == 200 || response.status == 201 || response.status == 204;
  return is_success && said.is_json && said.id.empty() && said.text.empty();
}
bool is_quota(const ports::HttpResponse& response, const Said& said) {
  return response.status == 403 && (said.names("quota") || said.names("limit exceeded"));
}

/// An answer that is neither yes nor a refusal of this vehicle.
Error error_in(const ports::HttpResponse& response, const Said& said, Instant now) {
  const bool did_nothing = response.status >= 400 && response.status < 500 && response.status != 408;
  auto error = ports::error_of(response, "bmw", json::shortened(said.detail(response.status), 200),
                               did_nothing && said.is_json ? Applied::no : Applied::maybe, now);
  if (is_too_many(response, said) || is_quota(response, said)) {
    error.kind = ErrorKind::rate_limited;
    error.applied = Applied::no;
    if (!error.retry_after) error.retry_after = refill_in(lower(said.text));
  } else if (!said.is_json && response.status < 500) {
    error.kind = ErrorKind::protocol;  // a proxy's page, a sign-in of somebody's network: not BMW's word
  }
  return error;
}

bool is_final(const Error& error) {
  return error.kind == ErrorKind::invalid || error.kind == ErrorKind::not_found ||
         error.kind == ErrorKind::conflict;
}

fleet::CloudState refused(std::string reason, const Said& said, int status) {
  return {.standing = fleet::Standing::refused,
          .reason = std::move(reason),
          .detail = said.detail(status),
          .handle = {}};
}

fleet::CloudState standing(fleet::Standing word) {
  return {.standing = word, .reason = {}, .detail = {}, .handle = {}};
}

/// A "no" that only this vehicle gets: repeating it at another hour changes nothing.
Result<std::optional<fleet::CloudState>> refusal_or_error(const ports::HttpResponse& response,
                                                          const Said& said, Instant now) {
  if (said.names("hu version too old") || said.names("head unit"))
    return refused("head_unit_too_old", said, response.status);
  if (response.status == 412 || said.names("bmwfd_vehicle_not_allowed"))
    return refused("not_allowed", said, response.status);
  auto error = error_in(response, said, now);
  if (error.kind == ErrorKind::not_found) return refused("unknown_vin", said, response.status);
  if (is_final(error)) return refused("unknown_reason", said, response.status);
  return fail(std::move(error));
}

/// A 2xx whose body is there for its own sake.
Result<json::object> body_of(const ports::HttpResponse& response, Instant now) {
  auto said = said_by(response);
  auto error = error_in(response, said, now);
  error.applied = Applied::no;  // such answers are read only
  if (response.status != 200 || is_too_many(response, said)) return fail(std::move(error));
  if (said.body.empty())
    return fail(ErrorKind::protocol, "bmw", "a 200 without the JSON object that belongs into it");
  // An error that calls itself a success is no answer.
  if (!said.id.empty() || !said.text.empty())
    return fail(ErrorKind::protocol, "bmw", "a 200 with an error: " + said.detail(200));
  return std::move(said.body);
}

Result<json::array> fleets_in(const ports::HttpResponse& response, Instant now) {
  CTR_TRY(body, body_of(response, now));
  const auto* fleets = json::array_at(body, "fleets");
  if (fleets == nullptr || fleets->size() > kFleetsMax)
    return fail(ErrorKind::protocol, "bmw", "the list of fleets has no fleets");
  return *fleets;
}

bool is_truthy(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  if (value == nullptr || value->is_null()) return false;
  if (value->is_bool()) return value->get_bool();
  if (value->is_string()) return !value->get_string().empty();
  if (value->is_object()) return !value->get_object().empty();
  if (value->is_array()) return !value->get_array().empty();
  return value->to_number<double>() != 0;
}

}  // namespace

fleet::CloudState not_in_fleet(std::string_view why, std::string reason) {
  return {.standing = fleet::Standing::pending,
          .reason = std::move(reason),
          .detail = json::shortened(why, kDetailMax),
          .handle = {}};
}

Answer read_vehicle(const ports::HttpResponse& response, Instant now) {
  const auto said = said_by(response);
  if (response.status == 404 && said.is_json && !is_too_many(response, said))
    return standing(fleet::Standing::inactive);
  CTR_TRY(body, body_of(response, now));
  if (!is_truthy(body, "fleet")) {
    auto half_done = not_in_fleet("it is cleared, and in no fleet");
    half_done.standing = fleet::Standing::refused;
    return half_done;
  }
  return standing(fleet::Standing::active);
}

Result<std::optional<fleet::CloudState>> read_check(const ports::HttpResponse& response, Instant now) {
  if (response.status != 200) {
    auto verdict = refusal_or_error(response, said_by(response), now);
    if (!verdict) verdict.error().applied = Applied::no;
    return verdict;
  }
  CTR_TRY(body, body_of(response, now));
  if (json::bool_at(body, "extended_capability").value_or(false)) return std::nullopt;
  Said said;
  said.text = "vin-checker says that its head unit has no extended capability";
  return refused("head_unit_too_old", said, response.status);
}

Result<std::optional<fleet::CloudState>> read_created(const ports::HttpResponse& response, Instant now) {
  const auto said = said_by(response);
  if (is_too_many(response, said)) return fail(error_in(response, said, now));
  if (is_done(response, said)) return std::nullopt;
  if (response.status == 403 && (said.names("already_exists") || said.names("already exists")))
    return std::nullopt;
  return refusal_or_error(response, said, now);
}

Status read_joined(const ports::HttpResponse& response, Instant now) {
  const auto said = said_by(response);
  const bool was_in = response.status == 422 && said.is_json && !is_too_many(response, said);
  if (was_in || is_done(response, said)) return {};
  return fail(error_in(response, said, now));
}

Status read_fleets(const ports::HttpResponse& response, Instant now) {
  auto fleets = fleets_in(response, now);
  if (!fleets) return fail(std::move(fleets.error()));
  return {};
}

Result<std::string> read_fleet_id(const ports::HttpResponse& response, std::string_view name, Instant now) {
  CTR_TRY(fleets, fleets_in(response, now));
  for (const auto& value : fleets) {
    const auto* fleet = value.if_object();
    if (fleet == nullptr || lower(json::string_at(*fleet, "name").value_or("")) != lower(name)) continue;
    if (auto id = json::short_text_at(*fleet, "fleet_id", 256); !id.empty()) return id;
  }
  return fail(ErrorKind::not_found, "bmw",
              fmt::format("there is no fleet \"{}\"", json::shortened(name, 100)));
}

Answer read_deleted(const ports::HttpResponse& response, Instant now) {
  const auto said = said_by(response);
  const bool may_count = said.is_json && !is_too_many(response, said);
  if (is_done(response, said)) return standing(fleet::Standing::ending);
  if (may_count && response.status == 404) return standing(fleet::Standing::inactive);
  auto error = error_in(response, said, now);
  if (!is_final(error)) return fail(std::move(error));
  return fail(ErrorKind::protocol, "bmw", "the deletion was refused: " + said.detail(response.status));
}

Result<fleet::ModelFacts> read_model(const ports::HttpResponse& response, Instant now) {
  CTR_TRY(body, body_of(response, now));
  const auto* data = json::array_at(body, "data");
  if (data == nullptr) return fail(ErrorKind::protocol, "bmw", "the vehicle's data has no data");
  for (const auto& value : *data) {
    const auto* entry = value.if_object();
    if (entry == nullptr || json::string_at(*entry, "key") != "model") continue;
    const auto text = json::short_text_at(*entry, "value", 256);
    const auto end = text.find(' ');
    fleet::ModelFacts facts;
    facts.name = text.substr(0, end);
    if (end != std::string::npos) {
      const auto rest = text.substr(std::min(text.find_first_not_of(' ', end), text.size()));
      facts.type = rest.substr(0, rest.find(' '));
    }
    if (!facts.name.empty()) return facts;
  }
  return fail(ErrorKind::not_found, "bmw", "the vehicle's data names no model");
}

}  // namespace contactor::gateways::bmw
