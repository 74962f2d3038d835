#include "gateways/kia/wire.h"

#include "json/json.h"
#include "ports/http_error.h"

namespace contactor::gateways::kia {
namespace {

using fleet::CloudState;
using fleet::Standing;

constexpr json::Limits kLimits{.bytes = 32 << 20, .depth = 8};

Error not_documented(std::string_view what, Applied applied) {
  return {.kind = ErrorKind::protocol,
          .applied = applied,
          .retry_after = {},
          .origin = "kia",
          .detail = fmt::format("not the documented answer: {}", what)};
}

bool is_success(int status) { return status >= 200 && status <= 299; }

/// The cloud's own word for a refusal, "Forbidden"; nothing where it is not the cloud that speaks.
std::optional<std::string> message_in(const ports::HttpResponse& response) {
  const auto document = json::parse(response.body, {.bytes = 64 * 1024, .depth = 8});
  if (!document || !document->is_object()) return std::nullopt;
  return json::short_text_at(document->get_object(), "message", 60);
}

Result<json::object> body_of(const ports::HttpResponse& response, Applied unless_refused, Instant now) {
  if (!is_success(response.status)) {
    const auto message = message_in(response);
    const bool is_refused =
        response.status >= 400 && response.status <= 499 && response.status != 408 && message;
    return fail(ports::error_of(response, "kia", message.value_or(""),
                                is_refused ? Applied::no : unless_refused, now));
  }
  auto document = json::parse(response.body, kLimits);
  if (!document) return fail(not_documented(document.error().detail, unless_refused));
  if (!document->is_object()) return fail(not_documented("not an object", unless_refused));
  return std::move(document->get_object());
}

}  // namespace

Result<Consents> read_consents(const ports::HttpResponse& response, Instant now) {
  CTR_TRY(answer, body_of(response, Applied::no, now));
  const auto* body = json::object_at(answer, "body");
  const auto* results = body == nullptr ? nullptr : json::array_at(*body, "results");
  if (results == nullptr) return fail(not_documented("no results", Applied::no));
  Consents consents;
  for (const auto& value : *results) {
    const auto* entry = value.if_object();
    const auto text = entry == nullptr ? std::nullopt : json::string_at(*entry, "vin");
    if (!text) consents.whole = false;
    // What is a text and no VIN is none of ours.
    if (const auto vin = Vin::parse(text.value_or(""))) consents.vins.insert(*vin);
  }
  return consents;
}

Status read_change(const ports::HttpResponse& response, Instant now) {
  CTR_CHECK(body_of(response, Applied::maybe, now));
  return {};
}

CloudState state_of(const Vin& vin, const Consents& vehicle, const Consents& dtc) {
  const bool has_vehicle = vehicle.vins.contains(vin);
  const bool has_dtc = dtc.vins.contains(vin);
  if (has_vehicle && has_dtc) return {.standing = Standing::active};
  if ((!has_vehicle && !vehicle.whole) || (!has_dtc && !dtc.whole))
    return {.standing = Standing::unknown, .detail = "a list has entries without a VIN"};
  // Neither off nor on: asked for again where it is wanted, and withdrawn where it is not.
  if (has_vehicle)
    return {.standing = Standing::refused, .reason = "half_consent_vehicle", .detail = "only vehicle"};
  if (has_dtc) return {.standing = Standing::refused, .reason = "half_consent_dtc", .detail = "only dtcInfo"};
  return {.standing = Standing::inactive};
}

}  // namespace contactor::gateways::kia
