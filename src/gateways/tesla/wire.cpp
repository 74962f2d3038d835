#include "gateways/tesla/wire.h"

#include <charconv>

#include "json/json.h"
#include "ports/http_error.h"
#include "ports/retry_after.h"

namespace contactor::gateways::tesla {
namespace {

using fleet::CloudState;
using fleet::Standing;

constexpr std::string_view kOrigin = "tesla";
constexpr std::size_t kDetailMax = 500;
constexpr json::Limits kLimits{.bytes = 1 << 20, .depth = 16};

Error not_understood(std::string_view what, Applied applied) {
  return {.kind = ErrorKind::protocol,
          .applied = applied,
          .retry_after = {},
          .origin = std::string(kOrigin),
          .detail = fmt::format("the answer makes no sense: {}", what)};
}

std::optional<json::object> object_in(std::string_view body) {
  auto document = json::parse(body, kLimits);
  if (!document || !document->is_object()) return std::nullopt;
  return std::move(document->get_object());
}

/// Tesla's own words for what went wrong; empty where the body is none of Tesla's.
std::string words_of(const json::object& body) {
  const std::string code = json::short_text_at(body, "error", 200);
  const std::string more = json::short_text_at(body, "error_description", 200);
  return more.empty() || code.empty() ? code : code + ": " + more;
}

/// "Retry in 3600 seconds", where no header says it.
std::optional<Millis> pause_in(std::string_view text) {
  constexpr std::string_view kBefore = "etry in ";
  const auto at = text.find(kBefore);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + kBefore.size());
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || !std::string_view(end, text.data() + text.size()).starts_with(" second") ||
      seconds < 0)
    return std::nullopt;
  const Millis most = ports::kRetryAfterMax;
  return seconds > most.count() / 1000 ? most : Millis(seconds * 1000);
}

CloudState refused(std::string_view reason, const std::string& words) {
  return {.standing = Standing::refused,
          .reason = std::string(reason),
          .detail = json::shortened(words, kDetailMax),
          .handle = {}};
}

/// The reason behind a status that is about the vehicle or our right to it; empty where it is about neither.
std::string_view reason_of(int status, std::string_view words) {
  switch (status) {
    case 401:
      return words.find("mobile_access_disabled") == std::string_view::npos ? "" : "mobile_access_disabled";
    case 402:
      return "billing_limit";
    case 403:
      return words.find("scope") == std::string_view::npos ? "unknown" : "scopes_missing";
    case 404:
      return "not_shared";
    case 412:  // our account is not registered in this region
    case 421:
      return "wrong_region";
    case 423:
      return "account_locked";
    case 451:
      return "privacy";
    default:
      return "";
  }
}

/// The member "response" of a 200. @errors  as `read_refusal`.
Result<json::object> response_of(const ports::HttpResponse& response, Applied unclear) {
  auto body = object_in(response.body);
  if (!body) return fail(not_understood("no JSON object", unclear));
  const auto* inner = json::object_at(*body, "response");
  if (inner == nullptr) return fail(not_understood("no response in it", unclear));
  return *inner;
}

Result<std::int64_t> updated_in(const ports::HttpResponse& response) {
  CTR_TRY(body, response_of(response, Applied::maybe));
  const auto updated = json::integer_at(body, "updated_vehicles");
  if (!updated || *updated < 0) return fail(not_understood("updated_vehicles is missing", Applied::maybe));
  return *updated;
}

bool names(const json::array* list, const Vin& vin) {
  if (list == nullptr) return false;
  return std::ranges::any_of(
      *list, [&](const json::value& entry) { return entry.is_string() && entry.get_string() == vin.str(); });
}

/// In which list of skipped vehicles it stands; nothing: in none.
std::optional<CloudState> skipped_state(const json::object& body, const Vin& vin) {
  const auto* lists = json::object_at(body, "skipped_vehicles");
  if (lists == nullptr) return std::nullopt;
  for (const std::string_view reason :
       {"missing_key", "unsupported_hardware", "unsupported_firmware", "max_configs"})
    if (names(json::array_at(*lists, reason), vin)) return refused(reason, "skipped: " + std::string(reason));
  for (const auto& list : *lists)
    if (list.value().is_array() && names(&list.value().get_array(), vin))
      return refused("unknown", fmt::format("skipped: {}", json::shortened(list.key(), 100)));
  return std::nullopt;
}

}  // namespace

Result<CloudState> read_refusal(const ports::HttpResponse& response, Applied unclear, Instant now) {
  const int status = response.status;
  const auto body = object_in(response.body);
  // Cut here, between two characters, and not where the error is made.
  const std::string words = body ? json::shortened(words_of(*body), 200) : std::string();
  const std::string_view reason = words.empty() ? "" : reason_of(status, words);
  if (!reason.empty()) return refused(reason, fmt::format("{} {}", status, words));
  // A limited rate is what it is whoever says so; another 4xx says something only in Tesla's own words.
  const bool nothing_done = status == 429 || (status >= 400 && status < 500 && !words.empty());
  Error error = ports::error_of(response, kOrigin, words, nothing_done ? Applied::no : unclear, now);
  if (status >= 400 && status < 500 && status != 429 && status != 408 && words.empty())
    error.kind = ErrorKind::protocol;
  if (status == 429 && !error.retry_after) error.retry_after = pause_in(response.body);
  if (status == 540) error.kind = ErrorKind::unavailable;
  return fail(std::move(error));
}

Result<CloudState> read_look(const ports::HttpResponse& response, Instant now) {
  if (response.status != 200) return read_refusal(response, Applied::no, now);
  CTR_TRY(body, response_of(response, Applied::no));
  const auto synced = json::bool_at(body, "synced");
  const auto* config = body.if_contains("config");
  if (!synced || config == nullptr || !(config->is_object() || config->is_null()))
    return fail(not_understood("synced and config are needed", Applied::no));
  if (config->is_object())
    return *synced ? CloudState{.standing = Standing::active, .handle = {}}
                   : CloudState{.standing = Standing::pending, .reason = "not_synced", .handle = {}};
  if (json::bool_at(body, "key_paired") == false)
    return refused("missing_key", "our key is not on the vehicle");
  // Synced and nothing there: dropped for want of a place, unless Tesla says that there is one.
  if (*synced && json::bool_at(body, "limit_reached") != false)
    return refused("silently_rejected", "synced, but the configuration is gone: limit_reached");
  return CloudState{.standing = Standing::inactive, .handle = {}};
}

std::vector<Result<CloudState>> read_created(const ports::HttpResponse& response,
                                             const std::vector<Vin>& vins, Instant now) {
  const auto all = [&](const Result<CloudState>& answer) {
    return std::vector<Result<CloudState>>(vins.size(), answer);
  };
  if (response.status != 200) return all(read_refusal(response, Applied::maybe, now));
  const auto updated = updated_in(response);
  if (!updated) return all(fail(updated.error()));
  const json::object body = *response_of(response, Applied::maybe);
  std::vector<Result<CloudState>> out;
  std::int64_t taken = 0;
  for (const Vin& vin : vins) {
    auto skipped = skipped_state(body, vin);
    if (!skipped) taken += 1;
    out.emplace_back(skipped.value_or(CloudState{.standing = Standing::pending, .handle = {}}));
  }
  if (*updated == taken) return out;
  // The count does not cover those that are in no list: none of them can be told from the others.
  for (auto& answer : out)
    if (answer->standing == Standing::pending)
      answer = CloudState{.standing = Standing::unknown,
                          .detail = fmt::format("updated_vehicles is {} of {}", *updated, taken),
                          .handle = {}};
  return out;
}

Result<CloudState> read_deleted(const ports::HttpResponse& response, Instant now) {
  if (response.status == 404) {
    // A vehicle that is not shared with us any more streams nothing to us: its configuration went with it.
    auto refusal = read_refusal(response, Applied::maybe, now);
    if (refusal) refusal->standing = Standing::inactive;
    return refusal;
  }
  if (response.status != 200) return read_refusal(response, Applied::maybe, now);
  CTR_TRY(updated, updated_in(response));
  return CloudState{
      .standing = Standing::inactive, .detail = updated == 0 ? "nothing was configured" : "", .handle = {}};
}

std::optional<std::string> host_of_421(const ports::HttpResponse& response) {
  std::string_view text = response.header("Alt-Svc");
  const auto at = text.find("h2=");
  if (response.status != 421 || at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + 3);
  if (text.starts_with('"')) text.remove_prefix(1);
  if (text.starts_with("https://")) text.remove_prefix(8);
  const std::string_view host = text.substr(0, text.find_first_of("\";, /\t"));
  if (host.empty() || host.size() > 255) return std::nullopt;
  return std::string(host);
}

}  // namespace contactor::gateways::tesla
