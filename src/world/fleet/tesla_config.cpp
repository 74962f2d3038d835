#include "world/fleet/tesla_config.h"

#include "crypto/encoding.h"
#include "crypto/schnorr_p256.h"
#include "json/json.h"

namespace contactor::world {
namespace {

constexpr std::size_t kVinsMax = 50;

std::unexpected<Error> refuse(std::string why) { return fail(ErrorKind::invalid, "tesla", std::move(why)); }

Result<json::object> object_of(std::string_view text) {
  auto document = json::parse(text);
  if (!document || !document->is_object()) return refuse("invalid_request: not a JSON object");
  return std::move(document->get_object());
}

Result<std::vector<Vin>> vins_in(const json::object& body) {
  const auto* listed = json::array_at(body, "vins");
  if (listed == nullptr || listed->empty() || listed->size() > kVinsMax) return refuse("invalid_field: vins");
  std::vector<Vin> vins;
  for (const auto& entry : *listed) {
    auto vin = entry.is_string() ? Vin::parse(entry.get_string())
                                 : Result<Vin>(fail(ErrorKind::invalid, "tesla", "not a text"));
    if (!vin) return refuse("invalid_field: vins");
    vins.push_back(*vin);
  }
  return vins;
}

Status check_config(const json::object& config) {
  const auto* fields = json::object_at(config, "fields");
  if (json::string_at(config, "hostname").value_or("").empty() || !json::integer_at(config, "port") ||
      json::string_at(config, "ca").value_or("").empty() || fields == nullptr || fields->empty())
    return refuse("invalid_field: config");
  for (const auto& field : *fields)
    if (!field.value().is_object() || !json::integer_at(field.value().get_object(), "interval_seconds"))
      return refuse("invalid_field: config.fields");
  return {};
}

/// The claims of a token whose signature holds.
Result<json::object> claims_of(std::string_view token, std::string_view public_key_hex) {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == std::string_view::npos || last == first) return refuse("invalid_field: token");
  const auto header = crypto::from_base64url(token.substr(0, first));
  const auto payload = crypto::from_base64url(token.substr(first + 1, last - first - 1));
  const auto signature = crypto::from_base64url(token.substr(last + 1));
  if (!header || !payload || !signature) return refuse("invalid_field: token");
  CTR_TRY(head, object_of(*header));
  CTR_TRY(claims, object_of(*payload));
  const auto key = crypto::from_base64(json::string_at(claims, "iss").value_or(""));
  if (json::string_at(head, "alg") != "Tesla.SS256" || !key ||
      !crypto::verify_schnorr(*key, token.substr(0, last), *signature))
    return refuse("invalid_field: the token's signature");
  if (!public_key_hex.empty() && crypto::to_hex(*key) != public_key_hex)
    return refuse("invalid_field: the token is signed with an unknown key");
  if (json::string_at(claims, "aud") != "com.tesla.fleet.TelemetryClient")
    return refuse("invalid_field: the token's audience");
  return claims;
}

}  // namespace

Result<TeslaOrder> read_signed_order(std::string_view body, std::string_view public_key_hex) {
  CTR_TRY(document, object_of(body));
  CTR_TRY(vins, vins_in(document));
  CTR_TRY(claims, claims_of(json::string_at(document, "token").value_or(""), public_key_hex));
  claims.erase("iss");
  claims.erase("aud");
  CTR_CHECK(check_config(claims));
  return TeslaOrder{.vins = std::move(vins), .config = json::serialize(std::move(claims))};
}

Result<TeslaOrder> read_plain_order(std::string_view body) {
  CTR_TRY(document, object_of(body));
  CTR_TRY(vins, vins_in(document));
  const auto* config = json::object_at(document, "config");
  if (config == nullptr) return refuse("invalid_field: config");
  CTR_CHECK(check_config(*config));
  return TeslaOrder{.vins = std::move(vins), .config = json::serialize(*config)};
}

Result<std::vector<Vin>> read_vins(std::string_view body) {
  CTR_TRY(document, object_of(body));
  return vins_in(document);
}

}  // namespace contactor::world
