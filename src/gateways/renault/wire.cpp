#include "gateways/renault/wire.h"

#include <algorithm>
#include <array>

#include "json/json.h"
#include "ports/http_error.h"

namespace contactor::gateways::renault {
namespace {

using fleet::CloudState;
using fleet::Standing;

std::unexpected<Error> protocol(std::string what, Applied applied) {
  return fail(Error{.kind = ErrorKind::protocol,
                    .applied = applied,
                    .retry_after = {},
                    .origin = "renault",
                    .detail = std::move(what)});
}

std::string lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return folded;
}

std::optional<json::object> object_in(const ports::HttpResponse& response) {
  auto document = json::parse(response.body);
  if (!document || !document->is_object()) return std::nullopt;
  return std::move(document->get_object());
}

/// Nobody but the cloud spoke: a JSON object, or nothing at all.
bool is_its_word(const ports::HttpResponse& response) {
  return response.body.empty() || object_in(response).has_value();
}

std::string said_in(const json::object& body) {
  std::string said = json::short_text_at(body, "code", 64);
  const auto message = json::short_text_at(body, "message", 400);
  if (!said.empty() && !message.empty()) said += ": ";
  return json::shortened(said + message, 200);
}

Error error_in(const ports::HttpResponse& response, Instant now, bool reads_only) {
  const bool did_nothing = response.status >= 400 && response.status < 500 && response.status != 408;
  const bool is_word = is_its_word(response);
  const auto body = object_in(response);
  auto error = ports::error_of(response, "renault", body ? said_in(*body) : "",
                               reads_only || (did_nothing && is_word) ? Applied::no : Applied::maybe, now);
  if (!is_word && response.status < 500) error.kind = ErrorKind::protocol;
  return error;
}

bool is_final(ErrorKind kind) {
  return kind == ErrorKind::invalid || kind == ErrorKind::not_found || kind == ErrorKind::conflict;
}

CloudState state(Standing standing, std::string reason = {}, std::string detail = {}) {
  return {.standing = standing, .reason = std::move(reason), .detail = std::move(detail), .handle = {}};
}

/// The reasons that the table knows by the cloud's codes.
std::string reason_of(std::string_view code) {
  if (code == "brand_not_served") return "make_not_served";
  constexpr std::array<std::string_view, 3> kKnown{"not_eligible", "unknown_vin", "consent_missing"};
  return std::ranges::find(kKnown, code) != kKnown.end() ? std::string(code) : "unknown_reason";
}

CloudState state_of_word(const std::string& word, const json::object& body) {
  const auto code = json::short_text_at(body, "reason", 128);
  const auto detail = code.empty() ? word : word + ": " + code;
  if (word == "active" || word == "granted") return state(Standing::active);
  if (word == "pending") return state(Standing::pending, "pending", detail);
  if (word == "revoking") return state(Standing::ending, "revoking", detail);
  if (word == "revoked") return state(Standing::inactive, {}, detail);
  if (word == "rejected")
    return state(Standing::refused, code.empty() ? "rejected" : reason_of(code), detail);
  return state(Standing::unknown, "unknown_reason", detail);
}

/// A 2xx about this vehicle.
Answer state_in(const ports::HttpResponse& response, const Vin& vin, Applied applied) {
  const auto body = object_in(response);
  if (!body) return protocol("a JSON object was expected", applied);
  const auto named = Vin::parse(json::string_at(*body, "vin").value_or(""));
  if (!named || *named != vin) return protocol("it is about another vehicle", applied);
  const auto word = json::short_text_at(*body, "status", 64);
  if (word.empty()) return protocol("it has no status", applied);
  return state_of_word(word, *body);
}

/// "r110 z.e. 50" and its kin are how the versions of a Zoe are told apart.
std::string type_of(const std::string& words) {
  const std::string text = lower(words);
  if (text.find("r110 z.e. 50") != std::string::npos) return "ze50 r110";
  if (text.find("r110 z.e. 40") != std::string::npos) return "ze40 r110";
  if (text.find("r135") != std::string::npos) return "r135";
  return words;
}

std::string name_of(const std::string& model) {
  const std::string text = lower(model);
  for (const auto* known : {"megane e-tech", "zoe"})
    if (text.find(known) != std::string::npos) return known;
  return model;
}

}  // namespace

Answer read_sharing(const ports::HttpResponse& response, const Vin& vin, Instant now) {
  if (response.status == 200) return state_in(response, vin, Applied::no);
  if (response.status == 404 && is_its_word(response)) return state(Standing::inactive);
  auto error = error_in(response, now, true);
  if (is_final(error.kind)) error.kind = ErrorKind::protocol;
  return fail(std::move(error));
}

Answer read_shared(const ports::HttpResponse& response, const Vin& vin, Instant now) {
  const int status = response.status;
  if (status == 204 || (status == 202 && response.body.empty())) return state(Standing::pending, "pending");
  if (status == 200 || status == 201 || status == 202) return state_in(response, vin, Applied::maybe);
  if (status == 409 && is_its_word(response)) return state(Standing::unknown);
  const auto error = error_in(response, now, false);
  if (!is_final(error.kind)) return fail(error);
  const auto body = object_in(response);
  const auto code = body ? json::short_text_at(*body, "code", 64) : std::string();
  if (!code.empty()) return state(Standing::refused, reason_of(code), error.detail);
  if (status == 404) return state(Standing::refused, "unknown_vin", error.detail);
  return state(Standing::refused, status == 400 ? "bad_request" : "unknown_reason", error.detail);
}

Answer read_unshared(const ports::HttpResponse& response, const Vin& vin, Instant now) {
  const int status = response.status;
  if (status == 204 || (status == 202 && response.body.empty())) return state(Standing::ending, "revoking");
  if (status == 200 || status == 202) return state_in(response, vin, Applied::maybe);
  if (status == 404 && is_its_word(response)) return state(Standing::inactive);
  auto error = error_in(response, now, false);
  if (is_final(error.kind)) error.kind = ErrorKind::protocol;
  return fail(std::move(error));
}

Result<fleet::ModelFacts> read_model(const ports::HttpResponse& response, Instant now) {
  if (response.status != 200) return fail(error_in(response, now, true));
  const auto body = object_in(response);
  if (!body) return protocol("a JSON object was expected", Applied::no);
  const auto model = json::short_text_at(*body, "model", 100);
  if (model.empty()) return fail(ErrorKind::not_found, "renault", "the vehicle has no model there");
  const auto text = json::short_text_at(*body, "version", 256);
  const auto end = text.find(' ');
  fleet::ModelFacts facts;
  facts.name = name_of(model);
  facts.version = text.substr(0, end);
  if (end != std::string::npos) facts.type = type_of(text.substr(end + 1));
  if (const auto day = json::string_at(*body, "firstRegistrationDate"))
    facts.first_registration = fleet::parse_day(*day);
  return facts;
}

}  // namespace contactor::gateways::renault
