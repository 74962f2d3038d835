#include "gateways/volkswagen/wire.h"

#include "json/json.h"
#include "ports/http_error.h"

namespace contactor::gateways::volkswagen {
namespace {

using fleet::CloudState;
using fleet::Standing;

constexpr json::Limits kLimits{.bytes = 32 << 20, .depth = 8};
constexpr std::size_t kCodeMax = 256;
constexpr std::size_t kWordsMax = 250;

Error not_documented(std::string_view what, bool changes) {
  return {.kind = ErrorKind::protocol,
          .applied = changes ? Applied::maybe : Applied::no,
          .retry_after = {},
          .origin = "volkswagen",
          .detail = fmt::format("not the documented answer: {}", what)};
}

bool is_success(int status) { return status >= 200 && status <= 299; }

Result<json::value> body_of(const ports::HttpResponse& response, bool changes, Instant now) {
  if (!is_success(response.status)) return fail(refused_call(response, changes, now));
  auto document = json::parse(response.body, kLimits);
  if (!document) return fail(not_documented(document.error().detail, changes));
  return std::move(*document);
}

/// The list of that name. @errors  protocol: there is none.
Result<json::array> list_of(const ports::HttpResponse& response, std::string_view name, bool changes,
                            Instant now) {
  CTR_TRY(body, body_of(response, changes, now));
  auto* object = body.if_object();
  if (object == nullptr || json::array_at(*object, name) == nullptr)
    return fail(not_documented(fmt::format("{} is missing", name), changes));
  return std::move(object->at(name).as_array());
}

std::optional<Vin> vin_of(const json::object& entry) {
  const auto vin = Vin::parse(json::string_at(entry, "vin").value_or(""));
  return vin ? std::optional(*vin) : std::nullopt;
}

CloudState state_of(const json::object& entry) {
  const std::string word = json::short_text_at(entry, "status", kWordsMax);
  const std::string rejection = json::short_text_at(entry, "enrollment-rejection-reason", kWordsMax);
  if (word == "enrollment_completed") return {.standing = Standing::active, .detail = word};
  if (word == "de_enrollment_ongoing") return {.standing = Standing::ending, .reason = word, .detail = word};
  // Rejected is rejected, whatever the status is called meanwhile.
  if (!rejection.empty())
    return {.standing = Standing::refused,
            .reason = "enrollment_rejected",
            .detail = fmt::format("{}: {}", word, rejection)};
  // An enrolment that a primary user holds up is still under way: it must be looked at, and withdrawn where
  // it is no longer wanted.
  if (word == "in_validation" || word == "enrollment_ongoing")
    return {.standing = Standing::pending, .reason = word, .detail = word};
  return {.standing = Standing::unknown, .reason = "unknown_status", .detail = word};
}

/// A vehicle that is listed twice with different words is one whose state nobody knows.
void add(Statuses& statuses, const Vin& vin, CloudState state) {
  const auto [place, is_new] = statuses.listed.try_emplace(vin, std::move(state));
  if (is_new || place->second == state) return;
  place->second = {
      .standing = Standing::unknown, .reason = "unknown_status", .detail = "listed twice, differently"};
}

/// @return  false: not a list of texts.
bool add_bucket(const json::object& body, std::string_view name, Withdrawal meaning, Withdrawals& into) {
  const auto* bucket = body.if_contains(name);
  if (bucket == nullptr || bucket->is_null()) return true;
  if (!bucket->is_array()) return false;
  for (const auto& value : bucket->get_array()) {
    if (!value.is_string()) return false;
    if (const auto vin = Vin::parse(std::string_view(value.get_string()))) into.try_emplace(*vin, meaning);
  }
  return true;
}

}  // namespace

Error refused_call(const ports::HttpResponse& response, bool changes, Instant now) {
  // A refusal in JSON is the cloud's own; a page may come from anybody on the way back.
  const bool is_refused = response.status >= 400 && response.status <= 499 && response.status != 408 &&
                          json::parse(response.body, kLimits).has_value();
  return ports::error_of(response, "volkswagen", "", changes && !is_refused ? Applied::maybe : Applied::no,
                         now);
}

CloudState Statuses::of(const Vin& vin) const {
  if (const auto found = listed.find(vin); found != listed.end()) return found->second;
  if (whole) return {.standing = Standing::inactive};
  return {.standing = Standing::unknown, .detail = "the list has entries without a VIN"};
}

Result<Statuses> read_statuses(const ports::HttpResponse& response, Instant now) {
  CTR_TRY(body, body_of(response, false, now));
  if (!body.is_array()) return fail(not_documented("the status is not a list", false));
  Statuses statuses;
  for (const auto& value : body.get_array()) {
    const auto* entry = value.if_object();
    if (entry == nullptr || !json::string_at(*entry, "vin")) {
      statuses.whole = false;
      continue;
    }
    if (const auto vin = vin_of(*entry)) add(statuses, *vin, state_of(*entry));
  }
  return statuses;
}

Result<std::unordered_map<Vin, bool>> read_approvals(const ports::HttpResponse& response, Instant now) {
  CTR_TRY(listed, list_of(response, "vehicle-confirmations", false, now));
  std::unordered_map<Vin, bool> confirmed;
  for (const auto& value : listed) {
    const auto* entry = value.if_object();
    const auto vin = entry == nullptr ? std::nullopt : vin_of(*entry);
    if (vin) confirmed[*vin] |= json::string_at(*entry, "confirmation-status") == "confirmed";
  }
  return confirmed;
}

Result<std::vector<VerificationCode>> read_codes(const ports::HttpResponse& response, Instant now) {
  CTR_TRY(listed, list_of(response, "vehicle-verification-codes", true, now));
  std::vector<VerificationCode> codes;
  for (const auto& value : listed) {
    const auto* entry = value.if_object();
    if (entry == nullptr) continue;
    const auto vin = vin_of(*entry);
    const auto code = json::string_at(*entry, "verification-code").value_or("");
    if (vin && !code.empty() && code.size() <= kCodeMax)
      codes.push_back({.vin = *vin, .code = std::string(code)});
  }
  return codes;
}

Status read_confirmation(const ports::HttpResponse& response, Instant now) {
  if (is_success(response.status) && response.body.empty()) return {};
  CTR_CHECK(body_of(response, true, now));
  return {};
}

Result<Withdrawals> read_withdrawal(const ports::HttpResponse& response, Instant now) {
  CTR_TRY(body, body_of(response, true, now));
  const auto* buckets = body.if_object();
  Withdrawals withdrawals;
  if (buckets == nullptr ||
      !add_bucket(*buckets, "deenrollment-candidates", Withdrawal::ending, withdrawals) ||
      !add_bucket(*buckets, "scheduled-deenrollment-candidates", Withdrawal::scheduled, withdrawals) ||
      !add_bucket(*buckets, "ignored-vins", Withdrawal::ignored, withdrawals))
    return fail(not_documented("not three lists of VINs", true));
  return withdrawals;
}

}  // namespace contactor::gateways::volkswagen
