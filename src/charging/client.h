#pragma once

#include <optional>
#include <string>

#include "base/instant.h"
#include "base/secret.h"
#include "charging/field.h"
#include "charging/references.h"

namespace contactor::charging {

/// A system that subscribed to charging data.
struct Client {
  IdOf<Client> id;
  std::string name;
  std::optional<std::string> token_hash;
  std::optional<std::string> previous_token_hash;
  std::optional<Instant> previous_token_until;
  std::optional<std::string> preferred_provider;
  std::optional<std::string> allowed_hosts;
  bool active = true;
  std::optional<Instant> created_at;
  std::optional<Instant> updated_at;

  friend bool operator==(const Client&, const Client&) = default;
};

/// One client's subscription to one service.
struct ClientService {
  IdOf<ClientService> id;
  IdOf<Client> client_id;
  IdOf<Service> service_id;
  std::optional<std::string> endpoint;
  std::optional<std::string> event_types;
  std::optional<Secret> signing_secret;
  std::optional<Secret> previous_signing_secret;
  std::optional<Instant> previous_signing_secret_until;
  bool ordered_by_vehicle = false;
  bool active = true;
  std::optional<std::string> paused_because;
  std::optional<Instant> created_at;
  std::optional<Instant> updated_at;
};

/// Something that takes charging data in, at an address.
struct Service {
  IdOf<Service> id;
  std::string name;
  std::string url;
  JsonObject endpoints;
  bool active = true;
  std::optional<Instant> created_at;
  std::optional<Instant> updated_at;

  friend bool operator==(const Service&, const Service&) = default;
};

template <>
struct Table<Client> {
  static constexpr std::string_view name = "client", title = "Client", route = "clients";
  static constexpr std::string_view doc = "A system that subscribed to charging data.";
  static constexpr auto fields = std::tuple{
      field("id", &Client::id, Presence::ours, kIdText, "Names this client.", "the program"),
      field("name", &Client::name, Presence::required, kShortText, "What people call it.", "the operator"),
      field("token_hash", &Client::token_hash, Presence::hidden, kShortText,
            "Hash of its authentication token, which is shown once.", "the program"),
      field("previous_token_hash", &Client::previous_token_hash, Presence::hidden, kShortText,
            "Hash of the token that is being replaced, valid beside the new one.", "the program"),
      field("previous_token_until", &Client::previous_token_until, Presence::ours, kMoment,
            "Until when the replaced token is valid.", "the program"),
      field("preferred_provider", &Client::preferred_provider, Presence::optional, kShortText,
            "Of one session that two providers tell, the one that this client wants.", "the client"),
      field(
          "allowed_hosts", &Client::allowed_hosts, Presence::optional, kLongText,
          "The only hosts that its services may stand on, with one blank between two; null: any public one.",
          "the operator"),
      field("active", &Client::active, Presence::optional, {}, "It is sent what it subscribed to.",
            "the operator"),
      field("created_at", &Client::created_at, Presence::ours, kMoment, "When it was put on record.",
            "the program"),
      field("updated_at", &Client::updated_at, Presence::ours, kMoment, "When it last changed.",
            "the program"),
  };
};

template <>
struct Table<ClientService> {
  static constexpr std::string_view name = "client_service", title = "ClientService",
                                    route = "client-services";
  static constexpr std::string_view doc = "One client's subscription to one service; event_log refers to it.";
  static constexpr auto fields = std::tuple{
      field("id", &ClientService::id, Presence::ours, kIdText, "Names this subscription.", "the program"),
      field("client_id", &ClientService::client_id, Presence::required, kIdText, "Who subscribed.",
            "the operator"),
      field("service_id", &ClientService::service_id, Presence::required, kIdText, "What is sent to.",
            "the operator"),
      field("endpoint", &ClientService::endpoint, Presence::optional, kLongText,
            "Its own address or path at the service; null: the service's address.", "the client"),
      field("event_types", &ClientService::event_types, Presence::optional, kLongText,
            "The types that it wants, with one blank between two; null: every charging event.", "the client"),
      field("signing_secret", &ClientService::signing_secret, Presence::secret, kShortText,
            "Signs what is sent (Standard Webhooks). Stored sealed.", "the client, or the program"),
      field("previous_signing_secret", &ClientService::previous_signing_secret, Presence::hidden, kShortText,
            "The secret that is being replaced; signs beside the new one. Stored sealed.", "the program"),
      field("previous_signing_secret_until", &ClientService::previous_signing_secret_until, Presence::ours,
            kMoment, "Until when the replaced secret signs too.", "the program"),
      field("ordered_by_vehicle", &ClientService::ordered_by_vehicle, Presence::optional, {},
            "Events of one vehicle are sent one after the other.", "the client"),
      field("active", &ClientService::active, Presence::optional, {}, "Events are sent.", "the operator"),
      field("paused_because", &ClientService::paused_because, Presence::ours, kLongText,
            "Why sending rests; null: it does not.", "the program"),
      field("created_at", &ClientService::created_at, Presence::ours, kMoment, "When it was put on record.",
            "the program"),
      field("updated_at", &ClientService::updated_at, Presence::ours, kMoment, "When it last changed.",
            "the program"),
  };
};

template <>
struct Table<Service> {
  static constexpr std::string_view name = "service", title = "Service", route = "services";
  static constexpr std::string_view doc = "Something that takes charging data in, at an address.";
  static constexpr auto fields = std::tuple{
      field("id", &Service::id, Presence::ours, kIdText, "Names this service.", "the program"),
      field("name", &Service::name, Presence::required, kShortText, "What people call it.", "the operator"),
      field("url", &Service::url, Presence::required, kLongText,
            "Where charging events are sent: http or https.", "the operator"),
      field("endpoints", &Service::endpoints, Presence::optional, kObjectText,
            "Addresses or paths for types of events that go elsewhere: {type: address}.", "the operator"),
      field("active", &Service::active, Presence::optional, {}, "It is sent to.", "the operator"),
      field("created_at", &Service::created_at, Presence::ours, kMoment, "When it was put on record.",
            "the program"),
      field("updated_at", &Service::updated_at, Presence::ours, kMoment, "When it last changed.",
            "the program"),
  };
};

}  // namespace contactor::charging
