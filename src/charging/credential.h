#pragma once

#include <optional>
#include <string>

#include "base/instant.h"
#include "base/secret.h"
#include "charging/field.h"
#include "charging/references.h"
#include "charging/spelling.h"

namespace contactor::charging {

/// What a credential opens.
enum class CredentialKind : std::uint8_t { charging_provider, telematics, api, login, database };
template <>
struct Spelling<CredentialKind> {
  static constexpr std::array<std::string_view, 5> names = {"charging_provider", "telematics", "api", "login",
                                                            "database"};
};

/// What lets us in at a charging provider, a telematics system, an API or a database.
struct Credential {
  IdOf<Credential> id;
  std::string name;
  CredentialKind kind = CredentialKind::api;
  std::string provider;
  std::optional<std::string> url;
  std::optional<std::string> username;
  std::optional<Secret> secret;
  JsonObject metadata;
  bool active = true;
  std::optional<Instant> expires_at;
  std::optional<Instant> rotated_at;
  std::optional<Instant> created_at;
  std::optional<Instant> updated_at;
};

template <>
struct Table<Credential> {
  static constexpr std::string_view name = "credential", title = "Credential", route = "credentials";
  static constexpr std::string_view doc =
      "What lets us in at a charging provider, a telematics system, an API or a database.";
  static constexpr auto fields = std::tuple{
      field("id", &Credential::id, Presence::ours, kIdText, "Names this credential.", "the program"),
      field("name", &Credential::name, Presence::required, kShortText, "What people call it.",
            "the operator"),
      field("kind", &Credential::kind, Presence::required, kIdText,
            "What it opens: a charging provider, a telematics system, an API, a place with user name and "
            "password, a "
            "database.",
            "the operator"),
      field("provider", &Credential::provider, Presence::required, kShortText,
            "The system that it is for, as `provider` of events and stats names it.", "the operator"),
      field("url", &Credential::url, Presence::optional, kLongText,
            "Where it is used: the address of an API, or of a database without user and password.",
            "the operator"),
      field("username", &Credential::username, Presence::optional, kShortText,
            "The user, or the id of an API client.", "the operator"),
      field("secret", &Credential::secret, Presence::secret, kLongText,
            "Password, key or access token. Stored sealed; never in an answer.", "the operator"),
      field("metadata", &Credential::metadata, Presence::optional, kObjectText,
            "What else the provider needs: account, region, scopes. Nothing secret.", "the operator"),
      field("active", &Credential::active, Presence::optional, {}, "Jobs use it.", "the operator"),
      field("expires_at", &Credential::expires_at, Presence::optional, kMoment, "When it ends by itself.",
            "the provider"),
      field("rotated_at", &Credential::rotated_at, Presence::ours, kMoment,
            "When its secret was last replaced.", "the program"),
      field("created_at", &Credential::created_at, Presence::ours, kMoment, "When it was put on record.",
            "the program"),
      field("updated_at", &Credential::updated_at, Presence::ours, kMoment, "When it last changed.",
            "the program"),
  };
};

}  // namespace contactor::charging
