#include "world/iot/configure_request.h"

#include "json/json.h"

namespace contactor::world {
namespace {

constexpr std::size_t id_bytes_max = 200;
constexpr std::size_t url_bytes_max = 2048;
constexpr std::size_t configuration_bytes_max = 64 * 1024;

std::uint64_t mixed(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return (hash ^ text.size()) * 0x100000001b3ULL;
}

std::unexpected<Error> wrong(std::string_view member) {
  return fail(ErrorKind::invalid, "iot", fmt::format("{} is missing or not as documented", member));
}

Status read_ids(const json::object& body, ConfigureRequest& request) {
  const auto command_id = json::string_at(body, "commandId");
  if (!command_id || command_id->empty() || command_id->size() > id_bytes_max) return wrong("commandId");
  const auto service_id = json::string_at(body, "serviceId");
  if (!service_id || service_id->empty() || service_id->size() > id_bytes_max) return wrong("serviceId");
  request.command_id = *command_id;
  request.service_id = *service_id;
  const auto action = json::string_at(body, "action");
  if (!action || (*action != "enable" && *action != "disable")) return wrong("action");
  request.enable = *action == "enable";
  return {};
}

Status read_terms(const json::object& body, ConfigureRequest& request) {
  const auto generation = json::integer_at(body, "generation");
  if (!generation || *generation < 0) return wrong("generation");
  request.generation = static_cast<std::uint64_t>(*generation);
  if (const auto* member = body.if_contains("expiresAt")) {
    const auto at =
        member->is_string() ? parse_rfc3339(std::string_view(member->get_string())) : std::nullopt;
    if (!at) return wrong("expiresAt");
    request.expires_at = *at;
  }
  if (const auto* member = body.if_contains("callbackUrl")) {
    const auto url = json::string_at(body, "callbackUrl");
    const bool web = url && (url->starts_with("http://") || url->starts_with("https://"));
    if (!web || url->size() > url_bytes_max || member->is_null()) return wrong("callbackUrl");
    request.callback_url = *url;
  }
  return {};
}

}  // namespace

Result<ConfigureRequest> parse_configure(std::string_view body) {
  CTR_TRY(document, json::parse(body, {.bytes = 2 * configuration_bytes_max, .depth = 32}));
  const auto* const object = document.if_object();
  if (object == nullptr) return wrong("body");
  ConfigureRequest request;
  CTR_CHECK(read_ids(*object, request));
  CTR_CHECK(read_terms(*object, request));
  const auto* const configuration = json::object_at(*object, "configuration");
  if (configuration == nullptr) return wrong("configuration");
  const std::string text = boost::json::serialize(*configuration);
  if (text.size() > configuration_bytes_max) return wrong("configuration");
  std::uint64_t hash = mixed(0xcbf29ce484222325ULL, request.service_id);
  hash = mixed(hash, request.enable ? "enable" : "disable");
  hash = mixed(hash, text);
  hash = mixed(hash, request.callback_url);
  hash = mixed(hash, std::to_string(request.generation));
  request.payload_hash = mixed(hash, std::to_string(request.expires_at.millis()));
  return request;
}

}  // namespace contactor::world
