#include "app/key_file.h"

#include <fmt/format.h>

namespace contactor::app {
namespace {

std::unexpected<Error> refuse(std::string_view variable, const Error& error) {
  std::string detail = fmt::format("{}: {}", variable, error.detail);
  if (error.kind == ErrorKind::not_found) detail += "; contactor serve makes it";
  return fail(ErrorKind::invalid, "config", std::move(detail));
}

}  // namespace

Result<engine::Vault> open_vault(const Config& config, MissingKey missing) {
  if (config.key_file.empty())
    return fail(ErrorKind::invalid, "config",
                "CONTACTOR_KEY_FILE is not set: what others entrust to us is kept sealed, or not at all");
  auto current = missing == MissingKey::is_made ? crypto::load_or_create_seal_key(config.key_file)
                                                : crypto::load_seal_key(config.key_file);
  if (!current) return refuse("CONTACTOR_KEY_FILE", current.error());
  if (config.previous_key_file.empty()) return engine::Vault(std::move(*current));
  auto previous = crypto::load_seal_key(config.previous_key_file);
  if (!previous) return refuse("CONTACTOR_PREVIOUS_KEY_FILE", previous.error());
  return engine::Vault(std::move(*current), std::move(*previous));
}

}  // namespace contactor::app
