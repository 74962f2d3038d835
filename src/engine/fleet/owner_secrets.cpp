#include "engine/fleet/owner_secrets.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "crypto/crypto.h"
#include "crypto/encoding.h"
#include "json/json.h"

namespace contactor::engine {
namespace {

struct RegionName {
  ports::TeslaRegion region;
  std::string_view name;
  std::string_view code;
};
constexpr std::array kRegions{RegionName{ports::TeslaRegion::north_america, "NORTH_AMERICA", "NA"},
                              RegionName{ports::TeslaRegion::europe, "EUROPE", "EU"},
                              RegionName{ports::TeslaRegion::china, "CHINA", "CN"}};

std::string context_of(const Vin& vin, std::string_view field) {
  return fmt::format("tesla_owner/{}/{}", vin.str(), field);
}

Secret secret_at(const json::object& document, std::string_view key) {
  return Secret(std::string(json::string_at(document, key).value_or("")));
}

}  // namespace

Result<OwnerSecrets> open_secrets(const Vault& vault, const ports::StoredTeslaOwner& row) {
  OwnerSecrets secrets;
  if (!row.sealed_code.empty()) {
    CTR_TRY(code, vault.open(row.sealed_code, context_of(row.vin, "code")));
    secrets.code = std::move(code);
  }
  if (row.sealed_tokens.empty()) return secrets;
  CTR_TRY(text, vault.open(row.sealed_tokens, context_of(row.vin, "tokens")));
  CTR_TRY(document, json::parse(text.reveal()));
  if (!document.is_object()) return fail(ErrorKind::internal, "seal", "what was sealed is no object");
  const json::object& kept = document.get_object();
  secrets.used_code = json::string_at(kept, "used_code").value_or("");
  if (kept.contains("refresh_token"))
    secrets.tokens = ports::OwnerTokens{
        .access_token = secret_at(kept, "access_token"),
        .expires_at = Instant::from_millis(json::integer_at(kept, "expires_at").value_or(0)),
        .refresh_token = secret_at(kept, "refresh_token")};
  return secrets;
}

void seal_secrets(const Vault& vault, const OwnerSecrets& secrets, ports::StoredTeslaOwner& row) {
  row.sealed_code.clear();
  if (!secrets.code.empty()) row.sealed_code = vault.seal(secrets.code.reveal(), context_of(row.vin, "code"));
  json::object kept{{"used_code", secrets.used_code}};
  if (secrets.tokens) {
    kept["access_token"] = secrets.tokens->access_token.reveal();
    kept["expires_at"] = secrets.tokens->expires_at.millis();
    kept["refresh_token"] = secrets.tokens->refresh_token.reveal();
  }
  row.sealed_tokens = vault.seal(json::serialize(kept), context_of(row.vin, "tokens"));
}

std::string digest_of_code(const Secret& code) {
  return crypto::to_hex(crypto::bytes_of(crypto::sha256(code.reveal())));
}

std::optional<ports::TeslaRegion> parse_tesla_region(std::string_view text) {
  const auto folded = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  for (const RegionName& known : kRegions)
    for (const std::string_view name : {known.name, known.code})
      if (std::ranges::equal(name, text, {}, {}, folded)) return known.region;
  return std::nullopt;
}

std::string_view to_string(ports::TeslaRegion region) {
  for (const RegionName& known : kRegions)
    if (known.region == region) return known.name;
  return "";
}

}  // namespace contactor::engine
